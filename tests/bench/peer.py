"""The same cards by segno and reportlab: the same texts at the same places, the same fonts, codes as vector rectangles.

peer.py sheets CARDS.csv REGULAR.ttf BOLD.ttf OUT.pdf
peer.py codes CARDS.csv
"""

import csv
import sys

import segno

MM = 72 / 25.4


def encode(link):
    return segno.make(link, version=4, error="h", boost_error=False, micro=False)


def card(page, row, x, y):
    def text(font, size, left, down, words):
        page.setFont(font, size * MM)
        page.drawString((x + left) * MM, (297 - y - down) * MM, words)

    text("bold", 5.0, 5, 8.7, "政务服务评价卡")
    text("regular", 2.3, 52, 8.6, "Government Service Rating Card")
    page.rect((x + 5) * MM, (297 - y - 11.1) * MM, 80 * MM, 0.5 * MM, stroke=0, fill=1)
    text("regular", 2.7, 5, 15.4, "代办员　" + row["number"])
    text("bold", 5.9, 5, 21.7, row["name"])
    text("bold", 3.6, 5, 26.9, row["place"])
    text("regular", 2.7, 5, 30.5, row["around"])
    text("regular", 2.45, 5, 34.1, "服务范围：社保、医保、老年证代办")
    text("regular", 2.45, 5, 37.4, "责任单位：扬州市示例代办中心")
    text("bold", 3.2, 65, 42.2, "扫码评价")
    text("regular", 2.5, 5, 41.4, "办完事，请扫码评价这次服务。评价自愿。")
    text("regular", 1.9, 5, 44.0, "Scan to rate the service you received. Rating is voluntary.")
    text("bold", 3.1, 5, 47.9, "政务服务便民热线 12345")
    text("regular", 2.3, 52, 47.8, "签发 2026-11　有效期至 2028-11")
    text("regular", 2.1, 5, 50.9, row["link"])
    module, left, top = 8 * 25.4 / 300, x + 60, y + 14
    path = page.beginPath()
    for row_of, modules in enumerate(encode(row["link"]).matrix):
        start = None
        for column, dark in enumerate(list(modules) + [0]):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                path.rect(
                    (left + start * module) * MM,
                    (297 - top - (row_of + 1) * module) * MM,
                    (column - start) * module * MM,
                    module * MM,
                )
                start = None
    page.drawPath(path, stroke=0, fill=1)


def sheets(rows, regular, bold, out):
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("regular", regular))
    pdfmetrics.registerFont(TTFont("bold", bold))
    page = Canvas(out, pagesize=(210 * MM, 297 * MM), pageCompression=1)
    for start in range(0, len(rows), 10):
        for place, row in enumerate(rows[start : start + 10]):
            card(page, row, 15 + 90 * (place % 2), 13.5 + 54 * (place // 2))
        page.showPage()
    page.save()


rows = list(csv.DictReader(open(sys.argv[2], encoding="utf-8")))
if sys.argv[1] == "sheets":
    sheets(rows, *sys.argv[3:])
else:
    for row in rows:
        encode(row["link"])
