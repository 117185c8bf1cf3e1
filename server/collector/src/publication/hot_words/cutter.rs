//! What of a comment is a hot word: words of a dictionary that name a matter, and nothing that
//! could name a person, a place or a number.

use std::collections::{BTreeMap, BTreeSet};

use haochaping::region::Region;
use jieba_rs::Jieba;
use sha2::{Digest, Sha256};

/// Terms that the general dictionary cuts apart.
const TERMS: &str = include_str!("../../../data/terms.txt");
/// Often enough that a term is preferred to its parts.
const TERM_FREQUENCY: usize = 100_000;
/// The mark of names of people.
const NAME: &str = "nr";
/// The mark of our own terms.
const TERM: &str = "term";
/// Kinds of words that name a matter: nouns, parts of a house (`s`), verbs, adjectives, idioms and
/// set phrases. Names of people (`nr`), places (`ns`), bodies (`nt`) and others (`nz`), numbers and
/// times are left out.
const KINDS: [&str; 11] = ["n", "s", "v", "a", "vn", "an", "ad", "i", "l", "j", TERM];
/// Words of these kinds that say nothing by themselves.
const STOP: [&str; 64] = [
    "没有",
    "可以",
    "就是",
    "还是",
    "知道",
    "觉得",
    "希望",
    "感觉",
    "进行",
    "需要",
    "应该",
    "能够",
    "可能",
    "开始",
    "这样",
    "成为",
    "看到",
    "表示",
    "认为",
    "使用",
    "出现",
    "得到",
    "有人",
    "有点",
    "时候",
    "问题",
    "情况",
    "东西",
    "地方",
    "事情",
    "办事",
    "办理",
    "工作",
    "服务",
    "人员",
    "单位",
    "部门",
    "政府",
    "评价",
    "意见",
    "建议",
    "方面",
    "样子",
    "继续",
    "发现",
    "告诉",
    "要求",
    "叫做",
    "是不是",
    "有没有",
    "不会",
    "不能",
    "不是",
    "不要",
    "来说",
    "说话",
    "说是",
    "看看",
    "想要",
    "打算",
    "结果",
    "最后",
    "总是",
    "一直",
];
/// A word has at least so many characters.
const LENGTH_MIN: usize = 2;

/// Another number whenever [`Cutter::words`] or its dictionary finds other words in the same
/// comment.
const RULES: &str = "1 jieba 0.11";

/// Cuts comments into words.
#[derive(Debug)]
pub struct Cutter {
    jieba: Jieba,
    synonyms: BTreeMap<String, String>,
    /// Official names of regions and what they are called for short.
    places: BTreeSet<&'static str>,
}

/// Names the state of dictionary, stop list and synonyms: counts of another one are counted anew.
pub fn version(synonyms: &BTreeMap<String, String>) -> String {
    let mut digest = Sha256::new();
    digest.update(RULES);
    digest.update(TERMS);
    for text in KINDS.iter().chain(&STOP) {
        digest.update(text);
        digest.update([0]);
    }
    for (word, stands_for) in synonyms {
        digest.update(format!("{word}\0{stands_for}\0"));
    }
    digest.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Our terms, a line each.
fn terms() -> impl Iterator<Item = &'static str> {
    TERMS.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

impl Cutter {
    /// With these synonyms: a word, and what stands for it; nothing where it is not to be shown.
    pub fn new(synonyms: BTreeMap<String, String>) -> Self {
        let mut jieba = Jieba::new();
        for term in terms() {
            jieba.add_word(term, Some(TERM_FREQUENCY), Some(TERM));
        }
        Self { jieba, synonyms, places: places() }
    }

    /// The words of a comment, each once.
    pub fn words(&self, comment: &str) -> BTreeSet<String> {
        // Without guessing: what is in no dictionary may be a name.
        let tags = self.jieba.tag(comment, false);
        let is_given_name = |place: usize| place > 0 && tags[place - 1].tag.starts_with(NAME);
        let kinds = tags.iter().enumerate().filter(|(_, tag)| KINDS.contains(&tag.tag));
        // What follows a family name is a given name, though it may be a word besides: 建军, 国强.
        let words = kinds.filter(|(place, _)| !is_given_name(*place)).map(|(_, tag)| tag.word);
        let words = words
            .filter(|word| is_word(word) && !STOP.contains(word) && !self.places.contains(word));
        let merged = words.map(|word| self.synonyms.get(word).map_or(word, String::as_str));
        merged.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    }
}

/// The names of all regions to the district, and without what they are: 仪征 of 仪征市.
fn places() -> BTreeSet<&'static str> {
    let mut places = BTreeSet::new();
    let mut open = vec![Region::COUNTRY];
    while let Some(region) = open.pop() {
        open.extend(region.builtin_children());
        if let Some(name) = region.builtin_name() {
            let short = name.strip_suffix(['省', '市', '区', '县', '旗', '盟']).unwrap_or(name);
            places.extend([name, short].into_iter().filter(|name| is_word(name)));
        }
    }
    places
}

/// Whether it is a Chinese word of at least two characters, without a digit or letter in it.
pub fn is_word(word: &str) -> bool {
    word.chars().count() >= LENGTH_MIN
        && word.chars().all(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(comment: &str) -> Vec<String> {
        Cutter::new(BTreeMap::new()).words(comment).into_iter().collect()
    }

    #[test]
    fn terms_of_government_stay_whole_and_each_word_is_one() {
        let found = words("办事指南写得不清楚，办事指南和窗口说的不一样；一窗受理没有做到。");
        for word in ["办事指南", "一窗受理", "窗口"] {
            assert_eq!(found.iter().filter(|found| *found == word).count(), 1, "{found:?}");
        }
        assert!(!found.iter().any(|word| word == "没有"), "{found:?}");
    }

    #[test]
    fn nothing_that_could_name_a_person_or_hold_a_number_is_a_word() {
        for comment in [
            "张三丰说要找李小龙",
            "请打13812345678或者找王建国主任",
            "身份证号320102199001011234",
            "王小明住在广陵区东关街道",
            "KFC的wifi不好用abc123",
            "工作人员李建军和王国强",
            "仪征和海口都能办，鲤城区不能",
        ] {
            for word in words(comment) {
                let is_name = [
                    "张三",
                    "李小龙",
                    "建国",
                    "小明",
                    "广陵",
                    "东关",
                    "建军",
                    "国强",
                    "仪征",
                    "海口",
                    "鲤城",
                ]
                .iter()
                .any(|n| word.contains(n));
                assert!(!is_name && word.chars().all(|c| !c.is_ascii()), "{word} of {comment}");
            }
        }
    }

    #[test]
    fn synonyms_stand_for_one_word_and_a_word_can_be_taken_out() {
        let synonyms = BTreeMap::from([
            ("社保卡".into(), "社会保障卡".into()),
            ("窗口".into(), String::new()),
        ]);
        let before = version(&BTreeMap::new());
        assert_ne!(version(&synonyms), before);
        let cutter = Cutter::new(synonyms);
        let found = cutter.words("窗口说社保卡和社会保障卡是一样的");
        assert!(
            found.contains("社会保障卡") && !found.contains("社保卡") && !found.contains("窗口"),
            "{found:?}"
        );
    }

    #[test]
    fn the_terms_are_words_and_none_is_twice() {
        let all: Vec<_> = terms().collect();
        assert!(all.iter().all(|term| is_word(term)), "{all:?}");
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }
}
