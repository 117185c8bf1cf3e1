//! What is wrong with one entry of a batch, in words, in the language of whoever sent it.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use haochaping::{messages::Lang, wire::v1};

use crate::http::problem::preferred;

/// The language in which whoever asks reads.
#[derive(Clone, Copy, Debug)]
pub struct Speaks(pub Lang);

impl<S: Sync> FromRequestParts<S> for Speaks {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self(preferred(&parts.headers)))
    }
}

/// What a code means in Chinese, for every field that it can be of.
const CHINESE: &[(&str, &str)] = &[
    ("already-rated", "该办件已经评价"),
    ("before-service", "早于办结时间"),
    ("in-the-future", "该时间尚未到来"),
    ("invalid-rating", "评价内容不符合规则"),
    ("key-reused", "该编号已用于另一内容，已入库的内容不会改变"),
    ("malformed", "应为 1 至 64 个可见 ASCII 字符"),
    ("malformed-region", "应为 6、9 或 12 位数字"),
    ("malformed-text", "字数超出，或含有控制字符"),
    ("malformed-time", "应为带时区的 RFC 3339 时间"),
    ("out-of-range", "超出允许的范围"),
    ("outside-scope", "不在 API 密钥的范围内"),
    ("unknown-channel", "没有该渠道"),
    ("unknown-region", "前六位不是已知的区县"),
    ("wrong-character", "含有不允许的字符"),
    ("wrong-check-digit", "校验码不符"),
    ("wrong-length", "长度不正确"),
];

/// A fault in words: as it was said in English, or by its code in Chinese.
pub(super) fn in_words(Speaks(lang): Speaks, fault: &v1::Violation, english: &str) -> String {
    if lang == Lang::En {
        return english.to_owned();
    }
    // The texts of a form know every fault of a rating.
    if let Some(field) = fault.field.strip_prefix("rating.") {
        return lang.messages().fault(&v1::Violation { field: field.to_owned(), ..fault.clone() });
    }
    match CHINESE.iter().find(|(code, _)| *code == fault.code) {
        Some((_, message)) => format!("{}：{message}", fault.field),
        None => format!("{}：{}", fault.field, fault.code),
    }
}

#[cfg(test)]
mod tests {
    use haochaping::{identifier::IdentifierError, service::ServiceError};

    use super::*;

    #[test]
    fn every_fault_of_a_service_is_said_in_chinese() {
        let of = |error| ServiceError::Identifier { field: "case_number", error };
        let all = [
            of(IdentifierError::Length { min: 1, max: 50, found: 0 }),
            of(IdentifierError::Character { place: 0 }),
            of(IdentifierError::CheckDigit),
            ServiceError::ServiceNumberZero,
            ServiceError::RegionMalformed,
            ServiceError::RegionUnknown,
            ServiceError::TimeMalformed,
            ServiceError::TimeOutOfRange,
            ServiceError::Text { field: "window", max: 50 },
        ];
        for error in all {
            let fault = v1::Violation {
                field: error.field().into(),
                code: error.code().into(),
                ..v1::Violation::default()
            };
            let message = in_words(Speaks(Lang::ZhHans), &fault, &error.to_string());
            assert!(!message.contains(error.code()), "{message}");
            assert_eq!(in_words(Speaks(Lang::En), &fault, &error.to_string()), error.to_string());
        }
    }

    #[test]
    fn a_fault_of_a_rating_is_said_as_its_form_says_it() {
        let fault = v1::Violation {
            field: "rating.level".into(),
            code: "missing".into(),
            ..v1::Violation::default()
        };
        assert_eq!(
            in_words(Speaks(Lang::ZhHans), &fault, ""),
            Lang::ZhHans.messages().fault_level_missing
        );
    }
}
