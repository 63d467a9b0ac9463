trained = []
trained.append("Tiny")  # line 338
before = list(trained)
trained += ["Small", "Medium", "large"]  # lines 409, 464, 500
print("the text says, in line 397: the small model is to be beaten by larger ones")
print("measured: trained by then are", before)
assert before == ["Tiny"]
