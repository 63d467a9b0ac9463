announced, in_the_code = 2, 4
print("the text announces", announced, "dropout layers; its code has", in_the_code)
assert announced != in_the_code
