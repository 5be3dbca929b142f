"""A calculator."""

import ast
import operator
import re

OPERATORS = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
TOKEN = re.compile(r"\s*(\d+\.?\d*|[-+*/()])")
PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


def evaluate(expression: str) -> float:
    """Value of an arithmetic expression, without eval.

    >>> evaluate("2 * (3 + 4)")
    14
    >>> evaluate("-2 ** 2")
    -4
    """
    def value(node):
        if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            return node.value
        if isinstance(node, ast.BinOp):
            return OPERATORS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.UnaryOp):
            return OPERATORS[type(node.op)](value(node.operand))
        raise ValueError(f"not allowed: {type(node).__name__}")

    return value(ast.parse(expression, mode="eval").body)


def tokenize(expression: str) -> list[str]:
    """Numbers, operators and brackets of an expression."""
    expression = expression.rstrip()
    tokens, position = [], 0
    while position < len(expression):
        match = TOKEN.match(expression, position)
        if match is None:
            raise ValueError(f"unexpected character at {position}")
        tokens.append(match.group(1))
        position = match.end()
    return tokens


def to_postfix(expression: str) -> list[str]:
    """Reverse Polish notation, by the shunting-yard method.

    >>> to_postfix("1 + 2 * 3")
    ['1', '2', '3', '*', '+']
    """
    output, stack = [], []
    for token in tokenize(expression):
        if token in PRECEDENCE:
            while stack and PRECEDENCE.get(stack[-1], 0) >= PRECEDENCE[token]:
                output.append(stack.pop())
            stack.append(token)
        elif token == "(":
            stack.append(token)
        elif token == ")":
            while stack[-1] != "(":
                output.append(stack.pop())
            stack.pop()
        else:
            output.append(token)
    return output + stack[::-1]


def names_in(source: str) -> list[str]:
    """Sorted names that a piece of Python uses."""
    return sorted({node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)})


def brackets_match(text: str) -> bool:
    """Whether all brackets are closed in the right order."""
    closing = {")": "(", "]": "[", "}": "{"}
    stack = []
    for bracket in re.findall(r"[()\[\]{}]", text):
        if bracket in closing:
            if not stack or stack.pop() != closing[bracket]:
                return False
        else:
            stack.append(bracket)
    return not stack
