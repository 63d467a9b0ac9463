"""What a line of a printed page looks like: code, output, furniture, a heading.

Each pattern is matched at the start of a line, `GLUED` and `SENTENCE` are searched in
it. They know Python, Keras' and notebooks' printing habits, and nothing of the audited
texts themselves.
"""

import re


def _any(*alternatives: str, start: str = r"^\s*") -> re.Pattern[str]:
    return re.compile(f"{start}(?:{'|'.join(alternatives)})")


CODE = _any(
    r"import ",
    r"from \w[\w.]* import",
    r"def ",
    r"class ",
    r"return\b",
    r"del ",
    r"for .* in ",
    r"if .*:$",
    r"else:$",
    r"try:$",
    r"except\b.*:$",
    r"with .*:$",
    r"print\(",
    r"plt\.",
    r"@\w",
    r"[!%]\w",
    r"#\s",
    r'"""',
    r"""[\w.\[\]'"]+(?:, *[\w.]+)* *[-+]?= ?\S""",
    r"\.\w+\(",
    r"[\w.]+\($",
    r"[\w.]+\(.*[,)\]}]$",
    r"[)\]}]+,?(?:,? .*)?$",
    r"(?:\w+ ?= ?)?\w[\w.]*\(.*\)+,? *(?:#.*)?$",
)
STRONG_CODE = _any(
    r"import \w[\w.]*(?: as \w+)?$",
    r"from \w[\w.]* import ",
    r"def \w+\(",
    r"return\b",
    r"for \w+(?:, ?\w+)* in .*:",
    r"\w+ = \S",
    r"[\w.]+\([^ ]*$",
    r"layers\.",
    r"\w+=[^ =]",
    r"\.\w+\(",
    r"with tf\.",
    r"print\(",
    r"\]\)",
)
CODE_ONLY = _any(
    r"(?:\w+ = )?\w+(?:\.\w+)*\([^.]*(?:\.\S[^.]*)*\)(?: +#.*)?$",
    r"(?:try|else|finally):$",
    r"del \w+$",
    r"# .*$",
)
CALL = _any(r"[a-z][\w.]*\(", start="^")
OUTPUT = _any(
    r"Epoch:? \d+",
    r"\d+/\d+ - ",
    r"\.+(?:Epoch|/usr|$)",
    r"tf\.Tensor",
    r"\[ ?-?\d",
    r"-?\d\.\d+ ",
    r"\d+\.\d+\.\d+$",
    r"[↔→] ",
    r"➔",
    r"↳ <",
    r"🔗",
    r"PosixPath",
    r"\(\d+\.\d+, \d+\.\d+\)$",
    r"Text\(",
    r"KeyboardInterrupt",
    r'Model: "',
    r"(?:\*\*)?(?:Total|Trainable|Non-trainable) params",
    r"Total elapsed",
    r"step +\d+ → ",
    r"Trial \d",
    r"(?:Best )?val_accuracy(?: So Far)?: ",
    r"Search space summary",
    r"Default search space",
    r"\w+ \((?:Int|Float|Choice)\)",
    r"\{'\w+': ",
    r"Found \d+ GPU",
    r"Memory growth",
    r"Using mixed",
    r"(?:Training|Validation) samples:",
    r"(?:Test|Final \w+) (?:Loss|Accuracy):",
    r"Final (?:Training|Validation)",
    r"Training stopped after",
    r"Loading .*\.\.\.$",
    r"(?:Building|Evaluating|Training) [\w ]*\.\.\.$",
    r"--- .* ---$",
    r"(?:Architecture|Training Results):$",
    r"self\._",
    r"super\(\)\.__init__",
)
DEBRIS = _any(
    r"In ?\[[\d ]*\]:",
    r"In \[None\]:",
    r"\[[^\]]*\]\(#\)$",
    r"🏠",
    r"📊",
    r"🔄",
    r"✓ Copyright",
    r"> (?:MIT|Licensed)",
    r"-{3,}$",
    r"!\[[^\]]*\]\([^)]*\)$",
    r"\d{4}-\d\d-\d\d \d\d:",
    r"[IWE]0000 ",
    r"Collecting ",
    r"Requirement already",
    r"(?:Cloning|Running command|Resolved|Preparing|Downloading) ",
    r"Stored in",
    r"(?:Building wheel|Created wheel|Successfully|Installing collected)",
    r"Take the full",
    r"Want structured",
    r"\d+/\d+ —",
)
FIGURE = _any(
    r"flowchart ", r"graph ", r"subgraph ", r"end$", r"style ", r"\w+(?:\[| *-->)"
)
HEADING = _any(r"#{2,6} ", r"(?:Section|Chapter) \d+\b", start="^")
GLUED = re.compile(
    r"(?<=[)\]}])(?=[A-Z][a-z]+ )|(?<=return x)(?=[A-Z])|(?<=return model)(?=[A-Z])"
)
GLUED_OUTPUT = re.compile(r"(?<=\))(?=\[-?\d+\.|step \d|Trial \d|Search space)")
SENTENCE = re.compile(
    r"(?<=[.!?])(?<!e\.g\.)(?<!i\.e\.)(?<!^\d\.)(?<!vs\.)"
    r"[\"”)\*`]*\s+(?=[A-Z“\"(`*\[])|(?<=[.])- (?=[A-Z])"
)
