"""Who lives in the demo world: organisations and one person for each role, as plain data.

Firms and persons are invented; the bodies of nations are samples and say so in their names.
Everybody is called by a key: `case_manager`, `ph.requester`, `electric.sales`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Body:
    """An organisation. `domain` is where its people read their mail."""

    key: str
    kind: str
    name_ja: str
    name_en: str
    domain: str
    nation: str | None = None
    corporate_number: str = ""
    address_ja: str = ""
    address_en: str = ""


@dataclass(frozen=True)
class Someone:
    """A person with one role in one organisation; a rank is held in a unit."""

    key: str
    role: str
    body: str
    family: str
    given: str
    family_ja: str
    given_ja: str
    title: str = ""
    language: str = "ja"
    unit: str = ""

    @property
    def email(self) -> str:
        name = f"{self.given}.{self.family}".replace(" ", "").lower()
        return f"{name}@{BODIES[self.body].domain}"

    @property
    def client_id(self) -> str:
        """How the person's own program names itself at the API; only nations have one."""
        return self.key.replace(".", "-").replace("_", "-") if BODIES[self.body].nation else ""


BODIES: dict[str, Body] = {
    body.key: body
    for body in (
        Body(
            "agency",
            "agency",
            "防衛装備移転庁（仮称）",
            "Defence Equipment Transfer Agency (provisional)",
            "agency.example.jp",
        ),
        Body(
            "mofa",
            "ministry",
            "外務省",
            "Ministry of Foreign Affairs",
            "mofa.example.jp",
        ),
        Body(
            "meti",
            "ministry",
            "経済産業省",
            "Ministry of Economy, Trade and Industry",
            "meti.example.jp",
        ),
        Body("mod", "ministry", "防衛省", "Ministry of Defense", "mod.example.jp"),
        Body(
            "paf",
            "nation",
            "フィリピン空軍（見本）",
            "Philippine Air Force (sample)",
            "paf.example.ph",
            nation="PH",
        ),
        Body(
            "dnd",
            "nation",
            "フィリピン国防省（見本）",
            "Department of National Defense (sample)",
            "dnd.example.ph",
            nation="PH",
        ),
        Body(
            "dod",
            "nation",
            "オーストラリア国防省（見本）",
            "Australian Department of Defence (sample)",
            "defence.example.au",
            nation="AU",
        ),
        Body(
            "electric",
            "contractor",
            "見本電機株式会社",
            "Sample Electric Co., Ltd.",
            "sample-electric.example.jp",
            corporate_number="8999900000001",
            address_ja="東京都見本区例示町一丁目1番1号",
            address_en="1-1-1 Reiji-cho, Mihon-ku, Tokyo",
        ),
        Body(
            "heavy",
            "contractor",
            "例示重工業株式会社",
            "Example Heavy Industries, Ltd.",
            "example-heavy.example.jp",
            corporate_number="7999900000002",
            address_ja="長崎県例示市見本町二丁目2番2号",
            address_en="2-2-2 Mihon-cho, Reiji-shi, Nagasaki",
        ),
        Body(
            "prototype",
            "contractor",
            "試作通信機株式会社",
            "Prototype Communications Co., Ltd.",
            "prototype-communications.example.jp",
            corporate_number="6999900000003",
            address_ja="神奈川県試作市通信町三丁目3番3号",
            address_en="3-3-3 Tsushin-cho, Shisaku-shi, Kanagawa",
        ),
    )
}

PEOPLE: dict[str, Someone] = {
    someone.key: someone
    for someone in (
        # the agency
        Someone("case_manager", "case_manager", "agency", "Sato", "Hanako", "佐藤", "花子"),
        Someone(
            "case_manager.2",
            "case_manager",
            "agency",
            "Suzuki",
            "Ichiro",
            "鈴木",
            "一郎",
        ),
        Someone(
            "export_control",
            "export_control_officer",
            "agency",
            "Takahashi",
            "Yoko",
            "高橋",
            "陽子",
        ),
        Someone(
            "export_control.2",
            "export_control_officer",
            "agency",
            "Tanaka",
            "Makoto",
            "田中",
            "誠",
        ),
        Someone("finance", "finance_officer", "agency", "Watanabe", "Yumi", "渡辺", "由美"),
        Someone("finance.2", "finance_officer", "agency", "Mori", "Naoki", "森", "直樹"),
        Someone(
            "contract_officer",
            "contract_officer",
            "agency",
            "Ito",
            "Kenta",
            "伊藤",
            "健太",
        ),
        Someone(
            "contract_officer.2",
            "contract_officer",
            "agency",
            "Hayashi",
            "Mika",
            "林",
            "美香",
        ),
        Someone("inspector", "inspector", "agency", "Yamamoto", "Takeshi", "山本", "武"),
        Someone(
            "legal_reviewer",
            "legal_reviewer",
            "agency",
            "Nakamura",
            "Aya",
            "中村",
            "彩",
        ),
        Someone(
            "security_officer",
            "security_officer",
            "agency",
            "Kobayashi",
            "Jun",
            "小林",
            "淳",
        ),
        Someone(
            "office_chief",
            "office_chief",
            "agency",
            "Kato",
            "Megumi",
            "加藤",
            "恵",
            unit="contracts",
        ),
        Someone("director", "director", "agency", "Yoshida", "Satoru", "吉田", "悟", unit="cases"),
        Someone(
            "department_head",
            "department_head",
            "agency",
            "Yamada",
            "Keiko",
            "山田",
            "恵子",
            unit="cases",
        ),
        Someone(
            "executive_director",
            "executive_director",
            "agency",
            "Sasaki",
            "Osamu",
            "佐々木",
            "治",
            unit="executive",
        ),
        Someone(
            "president",
            "president",
            "agency",
            "Matsumoto",
            "Reiko",
            "松本",
            "玲子",
            unit="executive",
        ),
        Someone(
            "cases.chief", "office_chief", "agency", "Endo", "Kenji", "遠藤", "健二", unit="cases"
        ),
        Someone(
            "contracts.director",
            "director",
            "agency",
            "Aoki",
            "Tomoko",
            "青木",
            "智子",
            unit="contracts",
        ),
        Someone(
            "contracts.head",
            "department_head",
            "agency",
            "Nishimura",
            "Hiroshi",
            "西村",
            "浩",
            unit="contracts",
        ),
        Someone(
            "finance.director",
            "director",
            "agency",
            "Okamoto",
            "Yuko",
            "岡本",
            "裕子",
            unit="finance",
        ),
        Someone(
            "finance.head",
            "department_head",
            "agency",
            "Fujii",
            "Tadashi",
            "藤井",
            "正",
            unit="finance",
        ),
        Someone(
            "legal.director", "director", "agency", "Miura", "Sachiko", "三浦", "幸子", unit="legal"
        ),
        Someone(
            "export_control.director",
            "director",
            "agency",
            "Takeda",
            "Koji",
            "武田",
            "浩二",
            unit="export_control",
        ),
        Someone(
            "export_control.head",
            "department_head",
            "agency",
            "Ueda",
            "Noriko",
            "上田",
            "典子",
            unit="export_control",
        ),
        Someone(
            "security.director",
            "director",
            "agency",
            "Sakamoto",
            "Yuji",
            "坂本",
            "雄二",
            unit="security",
        ),
        Someone(
            "quality.director",
            "director",
            "agency",
            "Iwasaki",
            "Emi",
            "岩崎",
            "恵美",
            unit="quality",
        ),
        Someone(
            "planning.director",
            "director",
            "agency",
            "Nomura",
            "Akio",
            "野村",
            "昭夫",
            unit="planning",
        ),
        Someone(
            "review_board",
            "department_head",
            "agency",
            "Kikuchi",
            "Masako",
            "菊池",
            "雅子",
            unit="contract_review_board",
        ),
        Someone(
            "board",
            "executive_director",
            "agency",
            "Sugiyama",
            "Takashi",
            "杉山",
            "隆",
            unit="board",
        ),
        Someone("auditor", "auditor", "agency", "Inoue", "Shigeru", "井上", "茂", unit="audit"),
        Someone(
            "administrator",
            "system_administrator",
            "agency",
            "Kimura",
            "Sora",
            "木村",
            "空",
        ),
        Someone(
            "administrator.2",
            "system_administrator",
            "agency",
            "Saito",
            "Minoru",
            "斎藤",
            "実",
        ),
        # the ministries
        Someone("mofa.opinion", "opinion_giver", "mofa", "Hayashi", "Naoko", "林", "直子"),
        Someone(
            "meti.opinion",
            "opinion_giver",
            "meti",
            "Shimizu",
            "Daisuke",
            "清水",
            "大輔",
        ),
        Someone("mod.opinion", "opinion_giver", "mod", "Mori", "Akira", "森", "明"),
        # the Philippines
        Someone(
            "ph.requester",
            "requester",
            "paf",
            "Santos",
            "Maria",
            "サントス",
            "マリア",
            title="Chief, Radar Acquisition Project (sample)",
            language="en",
        ),
        Someone(
            "ph.signatory",
            "signatory",
            "dnd",
            "Reyes",
            "Antonio",
            "レイエス",
            "アントニオ",
            title="Assistant Secretary for Acquisition (sample)",
            language="en",
        ),
        Someone(
            "ph.finance",
            "nation_finance",
            "dnd",
            "Cruz",
            "Elena",
            "クルス",
            "エレナ",
            title="Budget Officer (sample)",
            language="en",
        ),
        Someone(
            "ph.logistics",
            "nation_logistics",
            "paf",
            "Bautista",
            "Ramon",
            "バウティスタ",
            "ラモン",
            title="Logistics Officer (sample)",
            language="en",
        ),
        # Australia
        Someone(
            "au.requester",
            "requester",
            "dod",
            "Taylor",
            "Emma",
            "テイラー",
            "エマ",
            title="Director, Surface Ship Requirements (sample)",
            language="en",
        ),
        Someone(
            "au.signatory",
            "signatory",
            "dod",
            "Wilson",
            "James",
            "ウィルソン",
            "ジェームズ",
            title="First Assistant Secretary, Ships (sample)",
            language="en",
        ),
        Someone(
            "au.finance",
            "nation_finance",
            "dod",
            "Nguyen",
            "Linh",
            "グエン",
            "リン",
            title="Finance Manager (sample)",
            language="en",
        ),
        Someone(
            "au.logistics",
            "nation_logistics",
            "dod",
            "Campbell",
            "Grace",
            "キャンベル",
            "グレース",
            title="Receiving Officer (sample)",
            language="en",
        ),
        # contractors
        Someone(
            "electric.sales",
            "contractor_sales",
            "electric",
            "Abe",
            "Mika",
            "阿部",
            "美香",
        ),
        Someone(
            "electric.production",
            "contractor_production",
            "electric",
            "Ishii",
            "Ryo",
            "石井",
            "亮",
        ),
        Someone(
            "electric.delivery",
            "contractor_delivery",
            "electric",
            "Hara",
            "Shun",
            "原",
            "駿",
        ),
        Someone(
            "electric.finance",
            "contractor_finance",
            "electric",
            "Ono",
            "Kaori",
            "小野",
            "香織",
        ),
        Someone(
            "heavy.sales",
            "contractor_sales",
            "heavy",
            "Fujita",
            "Kazuo",
            "藤田",
            "和夫",
        ),
        Someone(
            "heavy.production",
            "contractor_production",
            "heavy",
            "Okada",
            "Mai",
            "岡田",
            "舞",
        ),
        Someone(
            "heavy.delivery",
            "contractor_delivery",
            "heavy",
            "Goto",
            "Tsubasa",
            "後藤",
            "翼",
        ),
        Someone(
            "heavy.finance",
            "contractor_finance",
            "heavy",
            "Hasegawa",
            "Rin",
            "長谷川",
            "凛",
        ),
        Someone(
            "prototype.sales",
            "contractor_sales",
            "prototype",
            "Murakami",
            "Sho",
            "村上",
            "翔",
        ),
        Someone(
            "prototype.production",
            "contractor_production",
            "prototype",
            "Kondo",
            "Emi",
            "近藤",
            "絵美",
        ),
        Someone(
            "prototype.delivery",
            "contractor_delivery",
            "prototype",
            "Ishikawa",
            "Go",
            "石川",
            "剛",
        ),
        Someone(
            "prototype.finance",
            "contractor_finance",
            "prototype",
            "Maeda",
            "Saki",
            "前田",
            "咲",
        ),
    )
}


def holder_of(role: str) -> Someone:
    """The first person with a role, who answers for it in scripts and tables."""
    return next(someone for someone in PEOPLE.values() if someone.role == role)
