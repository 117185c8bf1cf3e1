//! The code of a link, to be scanned with a telephone.

use haochaping::qr::{Layout, Matrix, QUIET_ZONE, TooLong};
use yew::{AttrValue, Html, Properties, component, html};

/// What [`RatingCode`] draws.
#[derive(Clone, Debug, PartialEq, Properties)]
pub struct RatingCodeProps {
    /// The link of a ticket or card, as the collector gave it.
    pub link: AttrValue,
    /// Width and height in CSS pixels with the quiet zone; 200 by default. Below 120 telephones
    /// begin to fail.
    #[prop_or(200)]
    pub size: u32,
    /// What a screen reader says; “扫码评价” by default.
    #[prop_or(AttrValue::Static("扫码评价"))]
    pub label: AttrValue,
}

/// Draws the QR code of a link as SVG: one path, dark on light whatever the page's colours are,
/// since telephones read no inverted codes. A link too long for any card stands as a link instead.
#[component]
pub fn RatingCode(props: &RatingCodeProps) -> Html {
    let link = &props.link;
    let Ok(matrix) = draw(link) else {
        return html! { <a href={link.clone()}>{ link.clone() }</a> };
    };
    let side = matrix.width() + 2 * QUIET_ZONE;
    let size = props.size.to_string();
    html! {
        <svg xmlns="http://www.w3.org/2000/svg" viewBox={format!("0 0 {side} {side}")} width={size.clone()} height={size}
            shape-rendering="crispEdges" role="img" aria-label={props.label.clone()}>
            <path fill="#fff" d={format!("M0 0h{side}v{side}H0z")} />
            <path stroke="#000" d={matrix.svg_path()} />
        </svg>
    }
}

fn draw(link: &str) -> Result<Matrix, TooLong> {
    Matrix::encode(link, Layout::of(link)?)
}
