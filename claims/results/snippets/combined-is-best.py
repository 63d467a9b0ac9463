combined, dropout, records = 0.7060, 0.6940, 1000  # best validation accuracies printed
error = (combined * (1 - combined) / records) ** 0.5
print(f"lead {combined - dropout:.3f}, standard error of {records} records {error:.4f}")
assert 0 < combined - dropout < error
