"""Words the corpus is made of: diagnoses, signs, body sites, people, everyday things."""

from __future__ import annotations


def _split(text: str) -> tuple[str, ...]:
    return tuple(" ".join(words.split()) for words in text.split("|"))


CLASS_TERMS: dict[str, tuple[str, ...]] = {
    "actinic keratosis": (
        "actinic keratosis", "solar keratosis", "actinic keratoses", "intraepithelial carcinoma",
        "Bowen disease", "Bowen's disease", "squamous cell carcinoma in situ", "AK", "akiec",
        "actinic keratosis or Bowen disease", "actinic keratosis / Bowen's disease",
        "actinic keratosis and intraepithelial carcinoma", "sun-damage keratosis",
        "intraepidermal carcinoma",
    ),
    "basal cell carcinoma": (
        "basal cell carcinoma", "BCC", "basalioma", "basal cell cancer", "rodent ulcer",
        "basal-cell carcinoma", "nodular basal cell carcinoma", "superficial basal cell carcinoma",
        "pigmented basal cell carcinoma", "basal cell epithelioma",
    ),
    "benign keratosis": (
        "benign keratosis", "seborrheic keratosis", "seborrhoeic keratosis", "solar lentigo",
        "lichen planus-like keratosis", "benign keratosis-like lesion", "seborrheic wart",
        "BKL", "lentigo solaris", "benign lichenoid keratosis", "senile wart",
        "lichenoid keratosis", "benign keratosis-like lesions",
    ),
    "dermatofibroma": (
        "dermatofibroma", "benign fibrous histiocytoma", "fibrous histiocytoma", "DF",
        "histiocytoma", "fibrous papule of the skin", "dermatofibromas",
    ),
    "melanoma": (
        "melanoma", "malignant melanoma", "cutaneous melanoma", "MEL", "invasive melanoma",
        "melanoma in situ", "superficial spreading melanoma", "skin melanoma", "nodular melanoma",
        "lentigo maligna",
    ),
    "nevus": (
        "nevus", "melanocytic nevus", "naevus", "melanocytic naevus", "mole", "benign mole",
        "common nevus", "melanocytic nevi", "NV", "pigmented nevus", "benign nevus",
        "benign melanocytic nevus", "nevi", "compound nevus", "junctional nevus", "atypical nevus",
        "dysplastic nevus", "Clark nevus",
    ),
    "vascular lesion": (
        "vascular lesion", "hemangioma", "haemangioma", "angioma", "angiokeratoma",
        "pyogenic granuloma", "cherry angioma", "VASC", "vascular skin lesion",
        "vascular lesions", "cherry hemangioma", "vascular tumour",
    ),
}  # fmt: skip
"""Diagnosis to the ways of naming it; the first is the display name."""

OTHER_DISEASES: tuple[str, ...] = _split(
    """squamous cell carcinoma|cutaneous squamous cell carcinoma|keratoacanthoma|Merkel cell
    carcinoma|psoriasis|plaque psoriasis|guttate psoriasis|eczema|atopic dermatitis|contact
    dermatitis|seborrheic dermatitis|stasis dermatitis|lichen planus|lichen sclerosus|rosacea|acne
    vulgaris|acne|hidradenitis suppurativa|urticaria|angioedema|drug eruption|erythema
    multiforme|Stevens-Johnson syndrome|pemphigus vulgaris|bullous pemphigoid|dermatitis
    herpetiformis|vitiligo|melasma|post-inflammatory hyperpigmentation|albinism|alopecia
    areata|androgenetic alopecia|folliculitis|impetigo|cellulitis|erysipelas|abscess|tinea
    corporis|tinea pedis|tinea versicolor|onychomycosis|candidiasis|scabies|pediculosis|insect
    bite|tick bite|herpes simplex|herpes zoster|shingles|chickenpox|measles|molluscum
    contagiosum|wart|verruca vulgaris|plantar wart|condyloma|leishmaniasis|leprosy|syphilis|Lyme
    disease|erythema migrans|granuloma annulare|sarcoidosis|lupus erythematosus|dermatomyositis|
    scleroderma|morphea|vasculitis|purpura|petechiae|pityriasis rosea|pityriasis rubra pilaris|
    mycosis fungoides|cutaneous lymphoma|Kaposi sarcoma|dermatofibrosarcoma protuberans|lipoma|
    epidermal cyst|pilar cyst|skin tag|acrochordon|neurofibroma|neurofibromatosis|xanthoma|
    xanthelasma|keloid|hypertrophic scar|scar|burn|sunburn|ulcer|venous ulcer|pressure ulcer|
    diabetic foot ulcer|prurigo nodularis|keratosis pilaris|ichthyosis|porokeratosis|Darier
    disease|Hailey-Hailey disease|epidermolysis bullosa|blue nevus|Spitz nevus|Reed nevus|
    congenital nevus|halo nevus|recurrent nevus|nevus sebaceus|ink spot lentigo|lentigo|freckle|
    ephelis|cafe-au-lait macule|Mongolian spot|port-wine stain|spider angioma|venous lake|
    telangiectasia|lymphangioma|amelanotic melanoma|acral lentiginous melanoma|ocular melanoma|
    mucosal melanoma|metastatic melanoma|skin metastasis|Paget disease|radiation dermatitis|
    photodermatosis|polymorphous light eruption|porphyria|pellagra|acanthosis nigricans|necrobiosis
    lipoidica|pyoderma gangrenosum|calcinosis cutis|chilblains|frostbite|hyperhidrosis|milia|
    sebaceous hyperplasia|syringoma|trichoepithelioma|pilomatricoma|hidradenoma|poroma|nail
    psoriasis|subungual hematoma|healthy skin|normal skin|no skin disease|inflammatory skin
    disease|skin cancer|skin tumour|skin infection|genodermatosis|blistering disease|malignant skin
    lesion|benign skin lesion|malignant|benign|malignant epidermal|malignant dermal|non-neoplastic|
    benign dermal|benign epidermal|benign melanocyte|precancerous lesion|pigmented skin lesion"""
)
"""Other diagnoses and groups, so that the tower keeps the language of the field."""

SIGNS: tuple[str, ...] = (
    "pigment network", "typical pigment network", "atypical pigment network", "reticular pattern",
    "no pigment network", "blue-white veil", "blue-whitish veil", "regression structures",
    "regression areas", "white scar-like area", "peppering", "blue-grey granules", "streaks",
    "pseudopods", "radial streaming", "irregular streaks", "regular streaks", "dots and globules",
    "dots", "globules", "irregular globules", "regular globules", "brown globules", "black dots",
    "milia-like cysts", "comedo-like openings", "fissures and ridges", "cerebriform pattern",
    "fingerprint-like structures", "moth-eaten border", "sharp border", "irregular border",
    "blurred border", "strawberry pattern", "red pseudonetwork", "scale", "surface scale", "crust",
    "ulceration", "erosion", "arborising vessels", "branching vessels", "dotted vessels",
    "linear irregular vessels", "hairpin vessels", "glomerular vessels", "polymorphous vessels",
    "telangiectasia", "leaf-like areas", "spoke-wheel areas", "blue-grey ovoid nests",
    "ovoid nests", "shiny white lines", "chrysalis structures", "rosettes", "central white patch",
    "red lacunae", "lacunae", "blood lakes", "homogeneous blue colour", "structureless area",
    "asymmetry", "symmetric lesion", "asymmetric lesion", "asymmetry in two axes",
    "several colours", "one colour", "variegated colour", "uniform colour",
    "parallel ridge pattern", "parallel furrow pattern", "starburst pattern",
    "cobblestone pattern", "negative network",
    "milky red areas", "white halo", "follicular openings", "hyperkeratosis", "redness", "erythema",
    "swelling", "nodule", "papule", "plaque", "macule", "patch", "vesicle", "bulla", "pustule",
    "wheal", "atrophy", "lichenification", "excoriation", "hyperpigmentation", "hypopigmentation",
    "light brown colour", "dark brown colour", "black colour", "red colour", "white colour",
    "blue-grey colour", "yellow colour", "pink colour", "purple colour", "flat", "raised",
    "small lesion", "large lesion", "medium-sized lesion",
)  # fmt: skip

ARTEFACTS: tuple[str, ...] = (
    "hair", "hairs covering the lesion", "a ruler", "a ruler mark", "ink marking", "pen marks",
    "gel bubbles", "air bubbles", "a dark corner", "vignetting", "a colour chart", "a sticker",
    "light reflection", "a blurred image", "a bandage", "no artefact",
)  # fmt: skip

SITES: tuple[str, ...] = (
    "back", "lower extremity", "trunk", "upper extremity", "face", "abdomen", "chest", "foot",
    "neck", "scalp", "hand", "ear", "genital area", "leg", "arm", "forearm", "thigh", "shoulder",
    "nose", "lip", "cheek", "forehead", "eyelid", "finger", "toe", "palm", "sole", "nail", "torso",
    "buttock", "knee", "elbow",
)  # fmt: skip

HAM_SITES: dict[str, tuple[str, ...]] = {
    "lower extremity": ("lower extremity", "leg", "thigh", "lower leg", "lower limb"),
    "upper extremity": ("upper extremity", "arm", "forearm", "upper limb"),
    "genital": ("genital area", "genital skin"),
    "acral": ("acral skin", "palm or sole"),
    "trunk": ("trunk", "torso"),
}
"""Body sites of the metadata to ways of saying them; the others are said as they are."""

TEMPLATES: tuple[str, ...] = (
    "{}", "{}.", "a photo of {}", "a photo of a {}", "an image of {}", "a picture of {}",
    "this is a photo of {}", "This is an image of {}.", "a dermoscopic image of {}",
    "a dermoscopic image of a {}", "a dermoscopy photograph of {}", "dermoscopy of {}",
    "dermatoscopic picture showing {}", "a dermatoscopic image of {}", "a clinical image of {}",
    "a clinical photograph of {}", "a close-up of {}", "a close-up photograph of skin with {}",
    "a skin lesion diagnosed as {}", "a skin lesion: {}", "skin lesion, {}", "a lesion of {}",
    "a case of {}", "a patient with {}", "this patient has {}", "diagnosis: {}", "Diagnosis: {}.",
    "the diagnosis is {}", "The most likely diagnosis is {}.", "findings consistent with {}",
    "typical appearance of {}", "an example of {}", "skin with {}", "human skin showing {}",
    "a magnified view of {}", "contact dermoscopy, {}", "polarised dermoscopy of {}",
    "histologically confirmed {}", "biopsy-proven {}", "image shows {}", "The image shows {}.",
    "the lesion is {}", "the lesion is a {}", "the skin condition is {}", "this looks like {}",
    "consistent with the diagnosis of {}", "a pigmented lesion, {}", "photograph of {} on the skin",
    "textbook picture of {}", "an image of a skin lesion that is {}", "{} of the skin",
    "{} seen under the dermatoscope", "{}, dermoscopic view", "{}, close-up", "a {} on the skin",
    "does this show {}?", "suspected {}", "a smartphone photo of {}", "cutaneous {}",
    "A lesion with the diagnosis of {}", "this dermoscopic image shows {}", "presence of {}",
)  # fmt: skip
"""Carrier sentences of a diagnosis, a sign or any other noun phrase."""

SIGN_TEMPLATES: tuple[str, ...] = (
    "{}", "{}.", "a lesion with {}", "a dermoscopic image with {}", "dermoscopy shows {}",
    "a skin lesion with {}", "{} is present", "presence of {}", "{} can be seen", "there is {}",
    "The lesion shows {}.", "an image of a lesion showing {}", "a photo of {}", "visible {}",
    "dermoscopic sign: {}", "skin lesion featuring {}", "the skin shows {}", "{} in a skin lesion",
)  # fmt: skip

PLAIN_WORDS: tuple[str, ...] = _split(
    """dog|cat|car|tree|house|person|woman|man|child|doctor|hospital|microscope|camera|computer|
    book|apple|banana|bread|coffee|table|chair|window|street|city|mountain|river|beach|sky|night|
    flower|grass|bird|fish|horse|elephant|airplane|bicycle|train|ship|guitar|football|phone|clock|
    painting|drawing|x-ray|chest x-ray|CT scan|MRI|blood smear|histology slide|retina|tongue|eye|
    tooth|bone|heart|lung|brain|stomach|red|green|blue|white|black|brown|round|square|texture|noise|
    an empty image|a document|a screenshot|food|clothes|wool|leather|wood|stone|metal|plastic|paper|
    water|fire|snow|rain"""
)

CONCEPT_TERMS: dict[str, tuple[str, ...]] = {
    "asymmetry": ("asymmetry", "an asymmetric shape", "asymmetry of the lesion"),
    "irregular_border": ("an irregular border", "a notched border", "an uneven edge"),
    "sharp_border": ("a sharp border", "a sharply cut edge", "a well-defined border"),
    "typical_network": ("a typical pigment network", "a regular pigment network",
                        "pigment network", "a fine regular brown net"),
    "atypical_network": ("an atypical pigment network", "an irregular pigment network",
                         "a broad irregular network", "pigment network"),
    "regular_globules": ("regular globules", "regular dots and globules", "globules",
                         "evenly spread brown globules"),
    "irregular_globules": ("irregular globules", "irregular dots and globules", "dots and globules",
                           "uneven dots"),
    "regular_streaks": ("regular streaks", "radial streaks all around", "streaks"),
    "irregular_streaks": ("irregular streaks", "pseudopods", "radial streaming", "streaks"),
    "blue_white_veil": ("a blue-white veil", "a blue-whitish veil", "blue-white veil",
                        "a milky blue haze"),
    "regression": ("regression", "regression structures", "regression areas", "peppering"),
    "dotted_vessels": ("dotted vessels", "red dots of vessels"),
    "arborising_vessels": ("arborising vessels", "branching vessels", "telangiectasia",
                           "arborizing vessels"),
    "linear_irregular_vessels": ("linear irregular vessels", "irregular linear vessels"),
    "lacunae": ("red lacunae", "lacunae", "blood lakes", "red to purple lacunae"),
    "milia_like_cysts": ("milia-like cysts", "white shiny cysts", "milia"),
    "comedo_like_openings": ("comedo-like openings", "dark keratin plugs"),
    "ovoid_nests": ("blue-grey ovoid nests", "large blue-gray ovoid nests", "ovoid nests"),
    "ulceration": ("ulceration", "an ulcer", "erosion"),
    "white_scar": ("a white scar-like area", "a central white patch", "a scar-like patch"),
    "shiny_white_lines": ("shiny white lines", "chrysalis structures", "white streaks that shine"),
    "strawberry_pattern": ("a strawberry pattern", "a red pseudonetwork"),
    "scale": ("scale", "surface scale", "white scales"),
    "colour_white": ("white colour", "white color", "the colour white"),
    "colour_red": ("red colour", "red color", "the colour red"),
    "colour_light_brown": ("light brown colour", "light brown color", "light-brown colour"),
    "colour_dark_brown": ("dark brown colour", "dark brown color", "dark-brown colour"),
    "colour_blue_grey": ("blue-grey colour", "blue-gray color", "the colours blue and grey"),
    "colour_black": ("black colour", "black color", "the colour black"),
}  # fmt: skip
"""Concept columns of the phantom to the ways of naming them."""
