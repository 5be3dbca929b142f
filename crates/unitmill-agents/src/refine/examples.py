def _unitmill_examples(docstring):
    """Runs the examples of a docstring as `doctest` does, wrong ones left out until the
    rest passes without them. A triple for each: its line, what came of it, the text of it."""
    import doctest

    names = {name: value for name, value in globals().items() if name != "_unitmill_examples"}
    try:
        examples = doctest.DocTestParser().get_examples(docstring)
    except ValueError as error:
        return [(-1, "unreadable", str(error)[:200])]
    room = max(20, 2400 // max(1, len(examples)))
    wrong = {}

    class Runner(doctest.DocTestRunner):
        def report_start(self, out, test, example):
            pass

        def report_success(self, out, test, example, got):
            pass

        def report_failure(self, out, test, example, got):
            wrong[example.lineno] = ("differs", got[:room])

        def report_unexpected_exception(self, out, test, example, exc_info):
            wrong[example.lineno] = ("raises", f"{exc_info[0].__name__}: {exc_info[1]}"[:room])

    while True:
        before = len(wrong)
        kept = [example for example in examples if example.lineno not in wrong]
        test = doctest.DocTest(kept, dict(names), "docstring", None, 0, None)
        Runner(verbose=False).run(test, out=lambda text: None, clear_globs=False)
        if len(wrong) == before:
            break
    return [
        (
            example.lineno,
            *wrong.get(
                example.lineno,
                ("skipped" if example.options.get(doctest.SKIP) else "passes", ""),
            ),
        )
        for example in examples
    ]
