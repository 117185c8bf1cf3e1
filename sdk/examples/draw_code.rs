//! Draws the QR code of a rating link as SVG.
//!
//! `cargo run -p haochaping --features qr --example draw_code > code.svg`
#![expect(clippy::print_stdout, reason = "it is there to print")]

use haochaping::qr::{Layout, Matrix, TooLong};

fn main() -> Result<(), TooLong> {
    // Upper case keeps the code small: it has an alphabet of its own for that.
    let link = "HTTPS://HCP.EXAMPLE.GOV.CN/R/2004EGH9XB4PGZJKQ4T9NZZ6NBWYWMCDN041N3E5GXSSPPNR";
    let matrix = Matrix::encode(link, Layout::of(link)?)?;
    println!("{}", matrix.to_svg());
    Ok(())
}
