trained = {"Tiny": 338, "Small": 409, "Medium": 464, "large": 500}
before = [name for name, line in trained.items() if line < 397]
print("the text says: the small model is to be beaten by larger ones (line 397)")
print("measured: trained by then are", before)
assert before == ["Tiny"]
