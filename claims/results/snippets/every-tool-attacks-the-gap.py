gaps = {"baseline": 26.8, "BN, dropout, L2": 8.3, "schedule, search": 8.2, "fp16": 8.2}
print("the text says: every tool of the day attacks the gap")
print("measured: after mixed precision it is as before:", gaps)
assert gaps["fp16"] == gaps["schedule, search"]
