//! Sheets: how many cards a page takes, and where it is cut.

use crate::{
    layout::{CARD, STAND},
    mark::{Ink, Mark},
};

/// A sheet to print on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sheet {
    /// Ten cards on A4, edge to edge: one cut serves two cards.
    A4Ten,
    /// Eight cards on A4 with room between them.
    A4Eight,
    /// One stand on A5.
    A5,
    /// One card a page of its own size.
    Single,
}

const MARK_LENGTH: f32 = 4.0;
const MARK_GAP: f32 = 2.0;
const MARK_WIDTH: f32 = 0.1;

impl Sheet {
    /// Millimetres of the page.
    pub fn page(self) -> (f32, f32) {
        match self {
            Self::A4Ten | Self::A4Eight => (210.0, 297.0),
            Self::A5 => STAND,
            Self::Single => CARD,
        }
    }

    /// Whether it carries stands and no cards.
    pub fn is_stand(self) -> bool {
        self == Self::A5
    }

    /// Columns and rows.
    fn grid(self) -> (usize, usize) {
        match self {
            Self::A4Ten => (2, 5),
            Self::A4Eight => (2, 4),
            Self::A5 | Self::Single => (1, 1),
        }
    }

    /// Cards on a page.
    pub fn n_cards(self) -> usize {
        let (columns, rows) = self.grid();
        columns * rows
    }

    /// The upper left corners of the cards, in the order in which they are filled. On the back the
    /// columns change sides, so that back meets front when the page is turned over its long edge.
    pub(crate) fn places(self, is_back: bool) -> Vec<(f32, f32)> {
        let (columns, rows) = self.grid();
        let (xs, ys) = (self.starts(columns, true), self.starts(rows, false));
        let column = |n: usize| if is_back { columns - 1 - n } else { n };
        (0..rows)
            .flat_map(|row| (0..columns).map(move |n| (n, row)))
            .map(|(n, row)| (xs[column(n)], ys[row]))
            .collect()
    }

    /// Where columns or rows begin, the whole in the middle of the page.
    fn starts(self, n: usize, is_across: bool) -> Vec<f32> {
        let (page, side) =
            if is_across { (self.page().0, self.side().0) } else { (self.page().1, self.side().1) };
        let gap = if self == Self::A4Eight { 8.0 } else { 0.0 };
        let n = u8::try_from(n).expect("a page has few cards");
        let whole = side * f32::from(n) + gap * (f32::from(n) - 1.0);
        (0..n).map(f32::from).map(|step| (page - whole) / 2.0 + step * (side + gap)).collect()
    }

    fn side(self) -> (f32, f32) {
        if self.is_stand() { STAND } else { CARD }
    }

    /// Marks outside the cards along which they are cut.
    pub(crate) fn crop_marks(self) -> Vec<Mark> {
        let (columns, rows) = self.grid();
        if columns * rows == 1 {
            return Vec::new();
        }
        let edges = |n, is_across, side: f32| -> Vec<f32> {
            self.starts(n, is_across).into_iter().flat_map(|start| [start, start + side]).collect()
        };
        let (xs, ys) = (edges(columns, true, self.side().0), edges(rows, false, self.side().1));
        let area = |x: f32, y: f32, width: f32, height: f32| Mark::Area {
            x,
            y,
            width,
            height,
            ink: Ink::Black,
        };
        let half = MARK_WIDTH / 2.0;
        let (left, right) = (xs[0] - MARK_GAP - MARK_LENGTH, xs[xs.len() - 1] + MARK_GAP);
        let (top, bottom) = (ys[0] - MARK_GAP - MARK_LENGTH, ys[ys.len() - 1] + MARK_GAP);
        let upright = xs
            .iter()
            .flat_map(|x| [top, bottom].map(|y| area(x - half, y, MARK_WIDTH, MARK_LENGTH)));
        let level = ys
            .iter()
            .flat_map(|y| [left, right].map(|x| area(x, y - half, MARK_LENGTH, MARK_WIDTH)));
        upright.chain(level).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_lie_on_the_page_and_do_not_overlap() {
        for sheet in [Sheet::A4Ten, Sheet::A4Eight, Sheet::A5, Sheet::Single] {
            let ((page_width, page_height), (width, height)) = (sheet.page(), sheet.side());
            let places = sheet.places(false);
            assert_eq!(places.len(), sheet.n_cards());
            for (n, (x, y)) in places.iter().enumerate() {
                assert!(
                    *x >= 0.0
                        && *y >= 0.0
                        && x + width <= page_width + 0.01
                        && y + height <= page_height + 0.01
                );
                let apart = |(a, b): &(f32, f32)| {
                    (a - x).abs() >= width - 0.01 || (b - y).abs() >= height - 0.01
                };
                assert!(places[..n].iter().all(apart), "{sheet:?} {n}");
            }
        }
    }

    #[test]
    fn a_back_meets_its_front_when_the_page_is_turned_over() {
        for (front, back) in Sheet::A4Ten.places(false).iter().zip(Sheet::A4Ten.places(true)) {
            assert!(
                (front.0 + back.0 + CARD.0 - 210.0).abs() < 0.01 && (front.1 - back.1).abs() < 0.01
            );
        }
    }
}
