import unittest

from textkit.slug import slugify, unique_slug


class SlugTests(unittest.TestCase):
    def test_plain(self):
        self.assertEqual(slugify("Hello, World"), "hello-world")

    def test_taken(self):
        self.assertEqual(unique_slug("a", ["a", "a-2"]), "a-3")


def make_titles(count):
    return ["Title %d" % number for number in range(count)]


if __name__ == "__main__":
    unittest.main()
