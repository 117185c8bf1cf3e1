//! What hot words cost: comments a second that are cut into words, beside the bare dictionary, and
//! the memory of it.
//!
//! `cargo xtask bench hot-words`, some seconds on one core.
//!
//! The peer is jieba's own tagging of the same comments in turns: what finding our terms, and
//! dropping what is none, adds to it. Comments are made of 24 sentences as people write them, three
//! or four in a row, about 35 characters each.

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use haochaping_collector::publication::hot_words::cutter::Cutter;
use haochaping_tests::goals::{Goals, is_short};
use jieba_rs::Jieba;

const SENTENCES: [&str; 24] = [
    "办事指南写得不清楚",
    "窗口人员态度很好",
    "排队等了一个多小时",
    "一窗受理确实方便",
    "系统卡顿，照片上传失败",
    "材料反复提交了三次",
    "工作人员一次告知了所有材料",
    "不用来回跑了",
    "自助机坏了没人管",
    "社保卡当场就拿到了",
    "电话一直打不通",
    "不动产登记很快",
    "网上办理的页面打不开",
    "停车位太少了",
    "叫号机旁边有人引导",
    "老人不会用手机",
    "审批时限写的五天实际用了两周",
    "多头跑窗口和部门",
    "证明事项取消了真好",
    "营业执照当天办好",
    "人脸识别老是通不过",
    "医保报销的流程说不明白",
    "延时服务很贴心",
    "服务态度生硬，业务不熟",
];
const N: usize = 200_000;
const N_SHORT: usize = 40_000;
const N_ROUNDS: usize = 4;
/// Ours looks at names, places and synonyms and makes a set for each comment, which takes three
/// times what jieba does: a guard against more.
const GOAL: f64 = 0.2;

#[expect(clippy::print_stdout, reason = "a measurement prints what it found")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let n = if is_short() { N_SHORT } else { N };
    let comments: Vec<String> = (0..n)
        .map(|n| {
            (0..3 + n % 2)
                .map(|k| SENTENCES[(n * 7 + k * 11 + n / 24) % 24])
                .collect::<Vec<_>>()
                .join("，")
        })
        .collect();
    let before = resident()?;
    let loaded = Instant::now();
    let cutter = Cutter::new(BTreeMap::new());
    let (load, memory) = (loaded.elapsed(), resident()?.saturating_sub(before));
    let bare = Jieba::new();
    let (mut n_words, mut ours, mut theirs) = (0, Duration::ZERO, Duration::ZERO);
    for round in comments.chunks(n.div_ceil(N_ROUNDS)) {
        let begun = Instant::now();
        n_words += round.iter().map(|comment| cutter.words(comment).len()).sum::<usize>();
        ours += begun.elapsed();
        let begun = Instant::now();
        std::hint::black_box(
            round.iter().map(|comment| bare.tag(comment, false).len()).sum::<usize>(),
        );
        theirs += begun.elapsed();
    }
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown without decimals")]
    let (per_second, words) = (n as f64 / ours.as_secs_f64(), n_words as f64 / n as f64);
    println!("dictionary: {memory} KB of memory, loaded in {} ms", load.as_millis());
    println!("cut: {per_second:.0} comments a second on one core, {words:.1} hot words in each");
    let mut goals = Goals::default();
    goals.at_least(
        "hot words: comments a second ÷ jieba's bare tagging",
        theirs.as_secs_f64() / ours.as_secs_f64(),
        GOAL,
    );
    goals.at_most(
        "hot words: memory of the dictionary, MB",
        f64::from(u32::try_from(memory)?) / 1e3,
        64.0,
    );
    print!("{}", goals.report());
    Ok(())
}

/// Memory of this process in KB.
fn resident() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
