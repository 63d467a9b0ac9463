import importlib.util

if importlib.util.find_spec("tensorflow_docs"):
    import tensorflow_docs as tfdocs
    import tensorflow_docs.modeling

    print("the text says: tfdocs.EpochDots")
    where = [hasattr(tfdocs, "EpochDots"), hasattr(tfdocs.modeling, "EpochDots")]
    print("measured: in tfdocs and in tfdocs.modeling:", where)
    assert where == [False, True]
else:
    print("needs tensorflow-docs: pip install tensorflow-docs")
