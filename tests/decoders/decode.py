"""Reads printed codes back with two decoders that share no code.

decode.py sheets FILE.pdf DPI LAYOUT every code of every page, card by card as a telephone sees them, as JSON:
                                     {decoder: [text, …]}; LAYOUT is columns,rows,width,height,gap in millimetres
decode.py degraded FOLDER            codes of the PNGs, spoiled in many ways, as JSON: {way: {decoder: [right, wrong, all]}}
"""

import io
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy
import zxingcpp
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter
from pyzbar import pyzbar

SEED = 20260101


def by_zxing(image):
    found = zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)
    return [code.text for code in found]


def by_zbar(image):
    found = pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])
    return [code.data.decode() for code in found]


DECODERS = {"zxing-cpp": by_zxing, "zbar": by_zbar}


def cards_of(page, layout, dpi):
    """The cards of a page, which lie in its middle."""
    columns, rows, width, height, gap = (float(number) for number in layout.split(","))
    pixels = float(dpi) / 25.4
    left = (page.width / pixels - columns * width - (columns - 1) * gap) / 2
    top = (page.height / pixels - rows * height - (rows - 1) * gap) / 2
    for row in range(int(rows)):
        for column in range(int(columns)):
            x, y = left + column * (width + gap), top + row * (height + gap)
            yield page.crop(tuple(round(n * pixels) for n in (x, y, x + width, y + height)))


def sheets(pdf, dpi, layout):
    texts = {name: [] for name in DECODERS}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["pdftoppm", "-r", dpi, "-gray", pdf, f"{folder}/page"], check=True)
        for path in sorted(Path(folder).glob("*.pgm")):
            for card in cards_of(Image.open(path), layout, dpi):
                for name, decode in DECODERS.items():
                    texts[name] += decode(card)
    return texts


def on_paper(image, random):
    """The card on a larger grey sheet, as a camera sees it."""
    paper = Image.new("L", (image.width + 300, image.height + 300), 200)
    paper.paste(image, (150, 150))
    return paper


def rotated(image, random):
    return on_paper(image, random).rotate(random.uniform(5, 355), expand=True, fillcolor=200, resample=Image.BICUBIC)


def tilted(image, random):
    image = on_paper(image, random)
    width, height = image.size
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    moved = [(x + random.uniform(-0.12, 0.12) * width, y + random.uniform(-0.12, 0.12) * height) for x, y in corners]
    rows = []
    for (x, y), (u, v) in zip(corners, moved):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
    solved = numpy.linalg.solve(numpy.array(rows), numpy.array(moved).reshape(8))
    return image.transform(image.size, Image.PERSPECTIVE, list(solved), Image.BICUBIC, fillcolor=200)


def blurred(image, random):
    return on_paper(image, random).filter(ImageFilter.GaussianBlur(random.uniform(1.5, 3.5)))


def compressed(image, random):
    out = io.BytesIO()
    on_paper(image, random).save(out, "JPEG", quality=int(random.integers(5, 20)))
    return Image.open(out).convert("L")


def faint(image, random):
    image = ImageEnhance.Contrast(on_paper(image, random)).enhance(random.uniform(0.08, 0.25))
    noise = numpy.asarray(image, dtype=float) + random.normal(0, 4, (image.height, image.width))
    return Image.fromarray(noise.clip(0, 255).astype("uint8"))


def covered(image, random):
    """A tenth of the code, in one spot."""
    image = image.copy()
    # The code with its quiet zone on a card of 90 × 54 mm.
    left, top, side = (int(n / 90 * image.width) for n in (57.2, 11.4, 27.8))
    spot = int(side * 0.1**0.5)
    x, y = (int(random.integers(0, side - spot)) for _ in range(2))
    ImageDraw.Draw(image).rectangle((left + x, top + y, left + x + spot, top + y + spot), fill=90)
    return on_paper(image, random)


def small(image, random):
    scale = random.uniform(0.22, 0.45)
    image = on_paper(image, random)
    return image.resize((int(image.width * scale), int(image.height * scale)), Image.LANCZOS)


WAYS = {
    "as printed": on_paper,
    "rotated": rotated,
    "perspective": tilted,
    "blur": blurred,
    "JPEG 5–20": compressed,
    "low contrast": faint,
    "10 % covered": covered,
    "small": small,
}


def degraded(folder):
    # The name of each image ends in the text of its code, kept beside it.
    cards = [(Image.open(path).convert("L"), path.with_suffix(".txt").read_text()) for path in sorted(Path(folder).glob("*.png"))]
    table = {}
    for way, spoil in WAYS.items():
        random = numpy.random.default_rng(SEED)
        counts = {name: [0, 0, 0] for name in DECODERS}
        for image, text in cards:
            spoiled = spoil(image, random)
            for name, decode in DECODERS.items():
                found = decode(spoiled)
                counts[name][0] += found == [text]
                counts[name][1] += any(other != text for other in found)
                counts[name][2] += 1
        table[way] = counts
    return table


if __name__ == "__main__":
    what = {"sheets": sheets, "degraded": degraded}[sys.argv[1]]
    json.dump(what(*sys.argv[2:]), sys.stdout, ensure_ascii=False)
