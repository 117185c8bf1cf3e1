/// A cell as a person sees it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// What stands there, without spaces around it.
    pub text: String,
    /// Why it may not be what was meant.
    pub flaw: Option<Flaw>,
}

/// What spreadsheets do to texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Flaw {
    /// `#N/A`, `#REF!` …
    #[error("is an error of the spreadsheet")]
    Error,
    /// `1.23E+11`
    #[error("was shortened by the spreadsheet: format the column as text and enter it again")]
    Scientific,
    /// A number of more than 15 digits.
    #[error(
        "was rounded by the spreadsheet, which keeps 15 digits: format the column as text and enter it again"
    )]
    Rounded,
    /// `TRUE` or `FALSE`
    #[error(
        "was taken for a truth value by the spreadsheet: format the column as text and enter it again"
    )]
    Truth,
}

impl Flaw {
    /// The same in Chinese.
    pub fn zh(self) -> &'static str {
        match self {
            Self::Error => "是表格软件的错误值，请改正公式或直接填写内容",
            Self::Scientific => "被表格软件写成了科学计数法，请把这一列设为文本格式后重新填写",
            Self::Rounded => "超过 15 位，被表格软件四舍五入了，请把这一列设为文本格式后重新填写",
            Self::Truth => "被表格软件当成了逻辑值，请把这一列设为文本格式后重新填写",
        }
    }
}

/// What a spreadsheet takes for the beginning of a formula, in both widths.
pub(crate) const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
/// What spreadsheets write where they cannot compute.
const ERRORS: [&str; 12] = [
    "#N/A",
    "#REF!",
    "#VALUE!",
    "#NAME?",
    "#DIV/0!",
    "#NUM!",
    "#NULL!",
    "#SPILL!",
    "#CALC!",
    "#FIELD!",
    "#GETTING_DATA",
    "#UNKNOWN!",
];
/// Digits that a spreadsheet's numbers have.
pub(crate) const DIGITS: usize = 15;

impl Cell {
    /// A text, looked at for what a spreadsheet made of it before it was saved.
    pub fn of_text(text: &str) -> Self {
        let text = without_guard(&tidy(text));
        let flaw = flaw_of(&text);
        Self { text, flaw }
    }

    /// A text that is what it says, as one that was kept as text is.
    pub fn plain(text: &str) -> Self {
        let text = tidy(&unescaped(text));
        let flaw = ERRORS.contains(&text.as_str()).then_some(Flaw::Error);
        Self { text, flaw }
    }

    pub(crate) fn flawed(text: &str, flaw: Flaw) -> Self {
        Self { text: tidy(text), flaw: Some(flaw) }
    }
}

fn flaw_of(text: &str) -> Option<Flaw> {
    if ERRORS.contains(&text) {
        return Some(Flaw::Error);
    }
    if text == "TRUE" || text == "FALSE" {
        return Some(Flaw::Truth);
    }
    if is_scientific(text) {
        return Some(Flaw::Scientific);
    }
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_number = digits.len() > DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Whatever stood behind the fifteenth digit is a zero now.
    (is_number && digits.as_bytes()[DIGITS..].iter().all(|byte| *byte == b'0'))
        .then_some(Flaw::Rounded)
}

/// `1.23E+11`: no office numbers anything so.
fn is_scientific(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let Some((number, power)) = text.split_once(['E', 'e']) else { return false };
    let Some(power) = power.strip_prefix(['+', '-']) else { return false };
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
    whole.len() == 1 && is_digits(whole) && is_digits(part) && is_digits(power)
}

/// Workbooks write control characters as `_x000D_`.
fn unescaped(text: &str) -> String {
    let mut parts = text.split("_x");
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        let escape = part.get(..5).filter(|escape| escape.ends_with('_'));
        let sign = escape
            .and_then(|escape| u32::from_str_radix(&escape[..4], 16).ok())
            .and_then(char::from_u32);
        if let Some(sign) = sign {
            out.push(sign);
            out.push_str(&part[5..]);
        } else {
            out.push_str("_x");
            out.push_str(part);
        }
    }
    out
}

/// Without the apostrophe that keeps a spreadsheet from running a text, as
/// [`Writer`](crate::Writer) puts it.
fn without_guard(text: &str) -> String {
    text.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(text).to_owned()
}

fn tidy(text: &str) -> String {
    let is_around = |c: char| c.is_whitespace() || "\u{feff}\u{200b}\u{200e}\u{200f}".contains(c);
    text.trim_matches(is_around).to_owned()
}

/// Signs in full width as the ones of ASCII, as codes have them: `３２１００２` is 321002.
pub fn half_width(text: &str) -> String {
    let half = |sign: char| match sign {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(sign) - 0xFEE0).unwrap_or(sign),
        sign => sign,
    };
    text.chars().map(half).collect::<String>().trim().to_owned()
}
