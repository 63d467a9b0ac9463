rows = ["baseline", "+ BN, Dropout, L2", "+ CosineDecay + tuned", "+ mixed precision"]
mixed = [row for row in rows if "mixed precision" in row]
print(f"{len(mixed)} of {len(rows)} rows are labelled with mixed precision: {mixed}")
assert len(mixed) == 1
