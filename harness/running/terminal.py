"""What the terminal says: verdicts per claim, what changed, and the count."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from harness.documents import set_aside
from harness.documents.project import Project
from harness.evidence import record
from harness.evidence import verdict as v
from harness.evidence.lines import Audited, CheckLine, JudgedClaim, JudgedContradiction
from harness.running import snippets
from harness.running.claim import Check
from harness.running.runner import Policy
from harness.running.session import Audit
from harness.stack import libraries
from harness.stack.libraries import Stack

_COLOURS = {
    v.UPHELD: {"green": True},
    v.REFUTED: {"red": True},
    v.QUALIFIED: {"yellow": True},
    v.INCONCLUSIVE: {"purple": True},
    v.NOT_RUN: {"light": True},
    v.BROKEN: {"red": True, "bold": True},
    v.CORRECTED: {"green": True},
    v.STANDS: {"cyan": True},
    v.DISSOLVED: {"red": True},
}


def change(check: Check, evidence: CheckLine, policy: Policy, described: Stack) -> str:
    """The failure of a check that no longer measures what is recorded."""
    claim = check.claim
    places = "; ".join(map(str, claim.sources))
    found = f"{evidence.get('what') or 'value'} {evidence.get('measured')}"
    drawn = evidence.get("worst_case") or {}
    values = ", ".join(f"{name}={value}" for name, value in drawn.items())
    versions = libraries.sentence(described)
    lines = [
        f"verdict changed: {claim.id} is recorded {claim.recorded}, so the check "
        f"'{check.role}' must be {evidence['predicted']}; measured "
        f"{evidence['outcome']} on keras {described['keras']}",
        f"  says      {claim.says}",
        f"  place     {places}",
        f"  found     {found}, expected {evidence.get('expected')}"
        f" (tolerance {evidence.get('tolerance')})",
        f"  examples  {evidence.get('examples', 1)} tried; "
        f"smallest counterexample or worst case: {values or 'no drawn values'}",
        f"  seed      {policy.seed} (replay: --seed {policy.seed})",
        f"  stack     {versions}",
    ]
    snippet = snippets.text(claim.snippet, drawn)
    if snippet:
        lines += ["  snippet", *(f"    {line}" for line in snippet.splitlines())]
    return "\n".join(lines)


def failures(audited: Audited, audit: Audit, fail_on: list[str]) -> list[str]:
    """What makes an otherwise green run fail, a sentence each."""
    said = []
    for claim in record.judged_in(audited):
        if claim["changed"]:
            reason = f" ({claim['reason']})" if claim["reason"] else ""
            said.append(
                f"verdict changed: {claim['id']} recorded {claim['recorded']}, "
                f"measured {claim['verdict']}{reason}"
            )
        if claim["verdict"] == v.BROKEN and not claim["changed"]:
            said.append(f"broken: {claim['id']}: {claim['reason']}")
    said += [
        f"--fail-on: {claim['id']} is {claim['verdict']}"
        for claim in _gated(audited, audit.project)
        if claim["verdict"] in fail_on
    ]
    for id, name, reason in record.missed_faults(audited):
        why = f" ({reason})" if reason else ""
        said.append(f"fault missed: {id} does not notice '{name}'{why}")
    said += sorted(audit.absent_figures)
    said += [audit.disk_problem] if audit.disk_problem else []
    known = {claim["id"] for claim in audited["claims"]}
    if audited["run"]["complete"]:
        said += set_aside.strangers(audit.set_aside, known)
    return said + record.broken_promise(audited)


def _gated(audited: Audited, project: Project) -> Iterator[JudgedClaim]:
    """The claims that speak of the author's own text, and that nobody dismissed: with
    `--material` those of the documents in that folder, else those of any document."""
    own = {document["id"] for document in audited["documents"]}
    if project.material or project.adopted:
        own &= set(project.copies())
    for claim in audited["claims"]:
        aside = claim.get("triage")
        if aside is not None and aside["state"] == set_aside.DISMISSED:
            continue
        if any(source.get("document") in own for source in claim["sources"]):
            yield claim


def summary(reporter: Any, audited: Audited, audit: Audit, fail_on: list[str]) -> None:
    """The verdict of each claim, then what failed, the report's path, the count."""
    write = reporter.write_line
    if reporter.verbosity >= 0:
        reporter.section("verdicts", "=")
        asked = [c for c in audited["claims"] if c["reason"] != record.NOT_SELECTED]
        for claim in asked:
            _claim_line(reporter, claim)
        for contradiction in audited["contradictions"]:
            if contradiction["reason"] != record.NOT_SELECTED:
                _contradiction_line(reporter, contradiction)
        if len(asked) < len(audited["claims"]):
            others = len(audited["claims"]) - len(asked)
            write(f"not run      {others} other claims  ({record.NOT_SELECTED})")
    for note in sorted(audit.notes):
        write(note, yellow=True)
    problems = failures(audited, audit, fail_on)
    for problem in problems:
        write(problem, red=True)
    tried = [
        f
        for c in record.judged_in(audited)
        for f in c["faults"]
        if f["detected"] is not None
    ]
    if tried:
        seen = sum(bool(f["detected"]) for f in tried)
        write(f"faults: {seen} detected, {len(tried) - seen} missed")
    write(f"{chances(audited)}; seed {audited['run']['seed']}")
    partial = "" if audited["run"]["complete"] else " (partial run)"
    if audit.disk_problem is None:
        write(f"report: {os.path.relpath(audit.folder / 'audit.html')}{partial}")
    standing = record.standing(audited)
    if standing:
        write(f"contradictions between passages: {len(standing)}")
    aside = record.set_aside(audited)
    if aside:
        states = ", ".join(f"{count} {word}" for word, count in aside.items())
        write(f"findings set aside: {states}")
    write(record.counts(audited["totals"]), bold=True)


def chances(audited: Audited) -> str:
    """The bound of the audit, or of what is measured, or both: each by its name."""
    whole, measured = audited["false_alarm_bound"], audited["measured_bound"]
    said = f"chance of any false change: at most {whole:.1e}"
    of_measured = f"of any false ratio or outcome: at most {measured:.1e}"
    if not measured:
        return said
    return f"{said}, {of_measured}" if whole else f"chance {of_measured}"


def _claim_line(reporter: Any, claim: JudgedClaim) -> None:
    word = claim["verdict"]
    note = ""
    if claim["changed"]:
        note = f"  (recorded {claim['recorded']})"
    elif claim["new"]:
        note = (
            f"  (new; recorded {claim['recorded']})" if claim["recorded"] else "  (new)"
        )
    elif word == v.NOT_RUN:
        note = f"  ({claim['reason']})"
    elif word == v.REFUTED and claim["severity"]:
        note = f"  [{claim['severity']}]"
    if claim["on"]:
        note += f"  ({claim['on']}: {claim['differs_on'][claim['on']][1]})"
    aside = claim.get("triage")
    if aside:
        note += f"  ({aside['state']}: {aside['reason']})"
    reporter.write(f"{word:<13}", **_COLOURS[word])
    reporter.write_line(f"{claim['id']}{note}")


def _contradiction_line(reporter: Any, found: JudgedContradiction) -> None:
    note = f"  ({found['reason']})" if found["reason"] else "  [contradiction]"
    reporter.write(f"{found['verdict']:<13}", **_COLOURS[found["verdict"]])
    reporter.write_line(f"{found['id']}{note}")
