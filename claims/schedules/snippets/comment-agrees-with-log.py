comment, log = 45_000 // 128, -(-45_000 // 128)
print(f"steps per epoch: {comment} in the comment, {log} in the training log")
assert comment != log
