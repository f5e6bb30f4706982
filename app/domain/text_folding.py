"""Texts as people mean them, for comparing: without case, accents, punctuation and spare blanks.

Standard library only, so that the same text folds to the same key in the domain, the database and the tests. Letters
that Unicode does not take apart (ø, ł, …) are written out; other scripts keep their letters. Knows nothing of what is
compared.
"""

import re
import unicodedata

_WRITTEN_OUT = str.maketrans(
    {
        "ø": "o",
        "œ": "oe",
        "æ": "ae",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "ħ": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ŋ": "n",
        "ŧ": "t",
    }
)
_NOT_A_WORD = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The words of a text: compatibility forms joined, case and accents gone, everything else one blank."""
    if text.isascii():
        return _NOT_A_WORD.sub(" ", text.casefold()).strip()
    # Taking apart may bring capitals to light (㎴) and lowering case may make new composed letters: each is done twice.
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).casefold()
    letters = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", letters.translate(_WRITTEN_OUT)).strip()


def squeeze(text: str) -> str:
    """A code such as a postal code: folded and without blanks, so that ``1234 AB`` is ``1234ab``."""
    return fold(text).replace(" ", "")
