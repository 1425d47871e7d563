"""Texts in seven languages, and questions in six about passages in English."""

TEXTS = {
    "English": "The keeper weighs each hive in October, to learn whether it must be fed.",
    "Russian": "Смотритель взвешивает каждый улей в октябре, чтобы узнать, нужно ли кормить пчёл.",
    "Persian": "نگهبان هر کندو را در مهر ماه وزن می‌کند تا بداند آیا باید تغذیه شود؛ ۱۲۳ کیلو.",
    "Turkish": "İstanbul'daki bekçi, yaşlı arıların aç kalıp kalmadığını ığdır ayında öğrenir.",
    "Uzbek": "Qorovul oktyabrda har bir uyani tortadi: oʻzbekcha soʻzlar, g‘alati belgilar.",
    "Uzbek in Cyrillic": "Қоровул октябрда ҳар бир уяни тортади, ўзбекча сўзлар билан.",
    "Arabic": "يَزِنُ الحارسُ كلَّ خليّةٍ في أكتوبر ليعرف ما إذا كان يجب إطعامها. ٣٤٥",
    "German": "Der Wärter wiegt jeden Stock im Oktober: muß er gefüttert werden? 1.234,56 €",
    "white space": "  odd   white\tspace\n\nand\u00a0more\u2003here,\u200bthen an end ",
    "digits": "12345 3.14159 1,000,000 2026-11-21 ½ ① ２０２６",
    "emoji": "🐝 bees 👩‍👧 a family 🇺🇿 and fire 🔥🔥",
    "width": "ﬁne ～ ＡＢＣ",
}

PASSAGES = {
    "bees": "Honey bees keep their hive at about 35 degrees through the whole winter by shivering.",
    "bridge": "The old stone bridge over the Neretva was finished in 1566 and fell in 1993.",
    "salt": "Salt was carried from Taoudenni to Timbuktu on camels, in slabs of forty kilograms.",
    "tide": "The tide in the Bay of Fundy rises by as much as sixteen metres.",
    "library": "The library opens at nine and closes at six, but on Sundays it stays shut.",
    "vaccine": "Two doses of the vaccine, four weeks apart, protect nine children out of ten.",
    "strike": "Railway workers went on strike on Monday for higher wages, and no train ran.",
    "bread": "Let the dough rest for twelve hours in the cold before the loaf is baked.",
    "volcano": "When the volcano erupted, ash closed the airports of the island for a week.",
    "election": "The mayor lost the election by two hundred votes and asked for a recount.",
    "chess": "She became the youngest grandmaster of chess at the age of fourteen.",
    "drought": "After three years of drought the reservoir holds a fifth of its water.",
    "museum": "Thieves stole a painting from the museum at night through a window in the roof.",
    "wheat": "The price of wheat doubled when the ports on the Black Sea were blocked.",
    "glacier": "The glacier has lost half of its ice since measurements began in 1930.",
    "school": "In mountain villages the school closes in January, since snow blocks the roads.",
    "whale": "A blue whale's heart weighs as much as a small car.",
    "clock": "The clock on the tower is wound by hand twice a week.",
    "tea": "Tea grows best on slopes with acid soil and morning fog.",
    "carpet": "A weaver ties some eight thousand knots of the carpet a day.",
    "earthquake": "The earthquake destroyed four hundred houses, yet nobody was killed.",
    "lighthouse": "The lamp of the lighthouse can be seen from thirty kilometres away.",
    "satellite": "The satellite circles the Earth every ninety minutes and photographs forests.",
    "wolf": "Wolves came back to the valley forty years after the last one had been shot.",
}

ANSWERS = {
    "Russian": {
        "bees": "Какую температуру пчёлы поддерживают в улье зимой?",
        "strike": "Почему в понедельник не ходили поезда?",
        "drought": "Сколько воды осталось в водохранилище после засухи?",
        "museum": "Как воры проникли в музей?",
    },
    "Persian": {
        "bridge": "پل سنگی قدیمی در چه سالی فرو ریخت؟",
        "wheat": "چرا قیمت گندم دو برابر شد؟",
        "carpet": "بافنده در روز چند گره قالی می‌زند؟",
        "earthquake": "زلزله چند خانه را ویران کرد؟",
    },
    "Turkish": {
        "salt": "Tuz Timbuktu'ya nasıl taşınırdı?",
        "election": "Belediye başkanı seçimi kaç oy farkla kaybetti?",
        "volcano": "Yanardağ patlayınca havaalanları ne kadar kapalı kaldı?",
        "tea": "Çay en iyi nerede yetişir?",
    },
    "Uzbek": {
        "school": "Nega tog‘ qishloqlarida maktab yanvarda yopiladi?",
        "chess": "Eng yosh shaxmat grossmeysteri necha yoshda edi?",
        "glacier": "Muzlik qancha muzini yo‘qotgan?",
        "vaccine": "Vaksina bolalarni qanchalik himoya qiladi?",
    },
    "Arabic": {
        "tide": "كم مترا يرتفع المد في الخليج؟",
        "wolf": "متى عادت الذئاب إلى الوادي؟",
        "lighthouse": "من أي مسافة يمكن رؤية ضوء المنارة؟",
        "library": "متى تفتح المكتبة أبوابها؟",
    },
    "German": {
        "bread": "Wie lange muss der Teig vor dem Backen ruhen?",
        "whale": "Wie schwer ist das Herz eines Blauwals?",
        "clock": "Wie oft wird die Turmuhr aufgezogen?",
        "satellite": "Wie oft umkreist der Satellit die Erde?",
    },
}
