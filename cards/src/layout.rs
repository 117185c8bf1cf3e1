//! Where everything stands: the card of 90 × 54 mm, the stand of A5, the back. Important words are
//! large; nothing is decoration.

use haochaping::qr::{Matrix, QUIET_ZONE};

use crate::{
    face::{Face, Wording, label},
    font::{
        Measure,
        Weight::{Bold, Regular},
    },
    mark::{Drawing, Ink, Line, Mark, module_in},
};

/// Millimetres of a card.
pub(crate) const CARD: (f32, f32) = (90.0, 54.0);
/// Millimetres of an A5 stand, upright.
pub(crate) const STAND: (f32, f32) = (148.0, 210.0);

const HOTLINE: &str = "政务服务便民热线 12345";

const fn line(x: f32, y: f32, size: f32, width: f32) -> Line {
    Line { x, y, size, least: 1.9, width, weight: Regular, ink: Ink::Black, align: 0.0 }
}

/// A card. The code stands at the right, where a thumb does not cover it.
pub(crate) fn card(
    face: &Face,
    wording: &Wording,
    matrix: Matrix,
    measure: &dyn Measure,
) -> Vec<Mark> {
    let mut d = Drawing { marks: Vec::new(), measure };
    d.text(Line { weight: Bold, ink: Ink::Blue, ..line(5.0, 8.7, 5.0, 80.0) }, &wording.title);
    d.text(
        Line { ink: Ink::Grey, align: 1.0, ..line(45.0, 8.6, 2.3, 40.0) },
        &wording.second_title,
    );
    d.area(5.0, 10.6, 80.0, 0.5, Ink::Blue);
    let left = if face.portrait.is_some() {
        d.marks.push(Mark::Picture { x: 5.0, y: 12.8, width: 13.5, height: 18.0 });
        21.0
    } else {
        5.0
    };
    person(&mut d, face, left, 57.0 - left);
    code(&mut d, matrix, (57.2, 11.4, 28.0));
    d.text(Line { weight: Bold, align: 0.5, ..line(57.2, 42.2, 3.2, 28.0) }, "扫码评价");
    d.text(line(5.0, 41.4, 2.5, 51.0), &wording.sentence);
    d.text(Line { ink: Ink::Grey, ..line(5.0, 44.0, 1.9, 51.0) }, &wording.second_sentence);
    d.text(Line { weight: Bold, ink: Ink::Blue, ..line(5.0, 47.9, 3.1, 50.0) }, HOTLINE);
    d.text(Line { align: 1.0, ..line(45.0, 47.8, 2.3, 40.0) }, &dates(face));
    d.text(Line { ink: Ink::Grey, ..line(5.0, 50.9, 2.1, 80.0) }, &face.link);
    d.marks
}

fn dates(face: &Face) -> String {
    format!("签发 {}　有效期至 {}", face.issued, face.expires)
}

fn person(d: &mut Drawing<'_>, face: &Face, x: f32, width: f32) {
    let who = format!("{}　{}", label(face.kind), face.number);
    d.text(Line { ink: Ink::Grey, ..line(x, 15.4, 2.7, width) }, &who);
    d.text(Line { weight: Bold, least: 2.4, ..line(x, 21.7, 5.9, width) }, &face.name);
    d.text(Line { weight: Bold, ..line(x, 26.9, 3.6, width) }, &face.place);
    d.text(line(x, 30.5, 2.7, width), &face.around);
    let scope = face.scope.as_ref().map(|scope| format!("服务范围：{scope}"));
    let phone = face.phone.as_ref().map(|phone| format!("电话：{phone}"));
    let agency =
        Some(&face.agency).filter(|name| !name.is_empty()).map(|name| format!("责任单位：{name}"));
    // Under a portrait there is room for the whole width.
    let (x, width) = if face.portrait.is_some() { (5.0, 51.0) } else { (x, width) };
    let rest: Vec<_> = [scope, phone, agency].into_iter().flatten().collect();
    // Whoever is answerable stands there whatever else does.
    let (size, places) =
        if rest.len() > 2 { (2.25, [33.4, 36.1, 38.8]) } else { (2.45, [34.1, 37.4, 40.7]) };
    for (text, y) in rest.iter().zip(places) {
        d.text(line(x, y, size, width), text);
    }
}

/// The code in the middle of a square at `x`, `y`.
fn code(d: &mut Drawing<'_>, matrix: Matrix, (x, y, side): (f32, f32, f32)) {
    let module = module_in(side, &matrix);
    let modules =
        u16::try_from(matrix.width() + 2 * QUIET_ZONE).expect("a code has at most 185 modules");
    let room = (side - f32::from(modules) * module) / 2.0;
    d.marks.push(Mark::Code { x: x + room, y: y + room, module, matrix });
}

/// A stand for a counter: read from a step away.
pub(crate) fn stand(
    face: &Face,
    wording: &Wording,
    matrix: Matrix,
    measure: &dyn Measure,
) -> Vec<Mark> {
    let mut d = Drawing { marks: Vec::new(), measure };
    let middle = |y: f32, size: f32| Line { align: 0.5, ..line(12.0, y, size, 124.0) };
    d.text(Line { weight: Bold, ink: Ink::Blue, ..middle(26.0, 12.0) }, &wording.title);
    d.text(Line { ink: Ink::Grey, ..middle(34.0, 4.4) }, &wording.second_title);
    d.area(12.0, 39.0, 124.0, 1.0, Ink::Blue);
    d.text(Line { weight: Bold, ..middle(54.0, 11.0) }, &face.name);
    d.text(middle(62.5, 5.0), &format!("{}　{}", label(face.kind), face.number));
    d.text(middle(70.0, 5.0), &format!("{}　{}", face.around, face.place));
    code(&mut d, matrix, (29.0, 73.0, 90.0));
    d.text(Line { weight: Bold, ..middle(171.0, 8.0) }, "扫码评价这次服务");
    d.text(middle(179.0, 4.6), &wording.sentence);
    d.text(Line { ink: Ink::Grey, ..middle(184.5, 3.4) }, &wording.second_sentence);
    d.text(Line { weight: Bold, ink: Ink::Blue, ..middle(194.0, 6.0) }, HOTLINE);
    d.text(middle(199.5, 3.2), &dates(face));
    d.text(Line { ink: Ink::Grey, ..middle(204.0, 2.9) }, &face.link);
    d.marks
}

/// The back of a card, the same for all: how it goes, and what nobody may do.
pub(crate) fn back(measure: &dyn Measure) -> Vec<Mark> {
    let mut d = Drawing { marks: Vec::new(), measure };
    d.text(Line { weight: Bold, ink: Ink::Blue, ..line(8.0, 12.0, 4.6, 74.0) }, "怎样评价");
    let steps = [
        "1　用手机扫描正面的二维码，核对姓名和村（社区）。",
        "2　选择满意程度，可以写几句话；可以匿名。",
        "3　提交后保存查询码，凭它查看办理进度。",
    ];
    for (step, y) in steps.into_iter().zip([20.0, 26.5, 33.0]) {
        d.text(line(8.0, y, 3.2, 74.0), step);
    }
    d.area(8.0, 37.5, 74.0, 0.3, Ink::Grey);
    d.text(line(8.0, 42.8, 2.9, 74.0), "评价自愿，任何单位和个人不得强迫或干扰评价。");
    d.text(Line { weight: Bold, ink: Ink::Blue, ..line(8.0, 48.6, 3.2, 74.0) }, HOTLINE);
    d.marks
}
