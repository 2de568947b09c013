"""Check digits of identifying numbers, each as its issuer publishes it.

All functions take the number without spaces or hyphens, of the length and alphabet that the
pattern in `consilia.privacy.numbers` ensures.
"""

from collections.abc import Sequence

_VERHOEFF_PRODUCT = (
    "0123456789",
    "1234067895",
    "2340178956",
    "3401289567",
    "4012395678",
    "5987604321",
    "6598710432",
    "7659821043",
    "8765932104",
    "9876543210",
)
_VERHOEFF_ORDER = (
    "0123456789",
    "1576283094",
    "5803796142",
    "8916043527",
    "9453126870",
    "4286573901",
    "2793806415",
    "7046913258",
)


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Return the sum of the digits, each times its weight; further digits are left out."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def luhn(digits: str) -> bool:
    """Tell whether the Luhn digit holds (ISO/IEC 7812-1, annex B).

    >>> luhn("79927398713"), luhn("79927398710")
    (True, False)
    """
    doubled = (int(d) * (2 if n % 2 else 1) for n, d in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def nhs(digits: str) -> bool:
    """Tell whether the check digit of an NHS number holds (NHS Data Dictionary, modulus 11).

    The numbers of Scotland (CHI) and Northern Ireland (H&C) have the same one.
    """
    check = 11 - weighted(digits, range(10, 1, -1)) % 11
    return len(set(digits)) > 1 and check % 11 == int(digits[9]) and check != 10


def iban(number: str) -> bool:
    """Tell whether the check digits of an IBAN hold (ISO 13616, modulus 97-10 of ISO 7064).

    >>> iban("GB82WEST12345698765432")
    True
    """
    turned = number[4:] + number[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def ssn(digits: str) -> bool:
    """Tell whether the ranges allow a US number (SSA: no 000, 666, 9xx; IRS: ITIN from 9xx)."""
    area, group, serial = digits[:3], digits[3:5], digits[5:]
    if "0" * len(group) == group or serial == "0000" or area in {"000", "666"}:
        return False
    itin = 50 <= int(group) <= 65 or 70 <= int(group) <= 88 or 90 <= int(group) <= 99
    return area[0] != "9" or itin


def npi(digits: str) -> bool:
    """Tell whether a US provider number holds (45 CFR 162.406: Luhn with 80840 in front)."""
    return luhn("80840" + digits)


def medicare_au(digits: str) -> bool:
    """Tell whether an Australian Medicare card number holds (Services Australia, modulus 10)."""
    return weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(digits[8])


def phn_bc(digits: str) -> bool:
    """Tell whether a British Columbia health number holds (BC Ministry of Health, modulus 11)."""
    return 11 - weighted(digits[1:], (2, 4, 8, 5, 10, 9, 7, 3)) % 11 == int(digits[9])


def kvnr(number: str) -> bool:
    """Tell whether a German health insurance number holds (§ 290 SGB V, GKV-Spitzenverband)."""
    digits = f"{ord(number[0].upper()) - 64:02d}{number[1:9]}"
    products = (int(digit) * (2 if n % 2 else 1) for n, digit in enumerate(digits))
    return sum(n // 10 + n % 10 for n in products) % 10 == int(number[9])


def nir(digits: str) -> bool:
    """Tell whether the key of a French social security number holds (INSEE, 97 - n mod 97)."""
    return 97 - int(digits[:13]) % 97 == int(digits[13:])


def elfproef(digits: str) -> bool:
    """Tell whether a Dutch citizen service number holds (modulus 11, the last weight is -1)."""
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and len(set(digits)) > 1


def verhoeff(digits: str) -> bool:
    """Tell whether a Verhoeff digit holds, as in India's Aadhaar numbers (UIDAI)."""
    check = 0
    for n, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF_PRODUCT[check][int(_VERHOEFF_ORDER[n % 8][int(digit)])])
    return check == 0


def dni(number: str) -> bool:
    """Tell whether the letter of a Spanish DNI or NIE holds (Ministerio del Interior, mod 23)."""
    number = number.upper()
    digits = number[:-1].translate(str.maketrans("XYZ", "012"))
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def ean13(digits: str) -> bool:
    """Tell whether an EAN-13 digit holds, as in Swiss AHV numbers (756…)."""
    return weighted(digits, (1, 3) * 6 + (1,)) % 10 == 0


def pesel(digits: str) -> bool:
    """Tell whether a Polish PESEL number holds (Ministry of Digital Affairs, modulus 10)."""
    month_and_day = int(digits[2:4]) % 20 in range(1, 13) and int(digits[4:6]) in range(1, 32)
    return month_and_day and weighted(digits, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)) % 10 == 0


def rijksregister(digits: str) -> bool:
    """Tell whether a Belgian national number holds (97 - n mod 97; from 2000 with a leading 2)."""
    key = int(digits[9:])
    return any(97 - int(lead + digits[:9]) % 97 == key for lead in ("", "2"))


def personnummer(digits: str) -> bool:
    """Tell whether a Swedish personal number holds (Skatteverket: a date, and Luhn)."""
    return (
        int(digits[2:4]) in range(1, 13) and int(digits[4:6]) % 60 in range(1, 32) and luhn(digits)
    )


def codice_fiscale(number: str) -> bool:
    """Tell whether the last letter of an Italian tax code holds (DM 23 December 1976)."""
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", (
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21,
        2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ), strict=True))  # fmt: skip
    number = number.upper()
    total = 0
    for n, character in enumerate(number[:15]):
        even = int(character) if character.isdigit() else ord(character) - 65
        total += even if n % 2 else odd[character]
    return chr(65 + total % 26) == number[15]


def ppsn(number: str) -> bool:
    """Tell whether the letter of an Irish PPS number holds (Department of Social Protection)."""
    number = number.upper()
    second = number[8:9]
    total = weighted(number[:7], range(8, 1, -1)) + (9 * (ord(second) - 64) if second else 0)
    return "WABCDEFGHIJKLMNOPQRSTUV"[total % 23] == number[7]


def dea(number: str) -> bool:
    """Tell whether the digit of a US DEA registration holds (21 CFR 1301, sum of the digits)."""
    digits = [int(digit) for digit in number[2:]]
    return (sum(digits[0:5:2]) + 2 * sum(digits[1:6:2])) % 10 == digits[6]
