"""Everything the owner can set, as pydantic models. Files are read in `config.load`; here are shapes and limits."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from config import checks, durations
from config.words import Kind, Topic, Trust

#: A timedelta, or text such as `15m`, `1h30m`, `2d`, `PT15M`.
Duration = Annotated[timedelta, BeforeValidator(durations.validate)]
#: A duration that may be `0`: at once.
Wait = Annotated[timedelta, BeforeValidator(durations.validate_wait)]
#: A number of seconds, or text with its unit such as `15s`.
Seconds = Annotated[float, BeforeValidator(durations.validate_seconds)]
Name = Annotated[str, AfterValidator(checks.name)]
Url = Annotated[str, AfterValidator(checks.url)]
#: ISO 3166-1 alpha-2, EU, EFTA, MERCOSUR, GCC, ASEAN.
Jurisdiction = Annotated[str, AfterValidator(checks.jurisdiction)]
#: A jurisdiction, WORLD, or a deal (`US-KR`, in the ledger's order).
PartyOrDeal = Annotated[str, AfterValidator(checks.party_or_deal)]
#: Text without line breaks and control characters, since it goes into headers.
Line = Annotated[str, AfterValidator(checks.line)]
Scope = Annotated[str, AfterValidator(checks.scope)]
Word = Annotated[str, AfterValidator(checks.word)]
#: A condition on a label: `status=ordered`, `move>=5`.
LabelSelector = Annotated[str, AfterValidator(checks.selector)]
#: Where a secret is: `env:NAME` or `file:/path`. It may be stored and shown; what it leads to may not.
Reference = Annotated[str, AfterValidator(checks.reference)]
FieldName = Annotated[str, AfterValidator(checks.field_name)]


class Model(BaseModel):
    """Frozen; an unknown key is an error, so that a typo is found and not ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Polling(Model):
    """How feeds are asked."""

    interval: Duration = timedelta(minutes=15)
    min_interval: Duration = timedelta(minutes=5)
    max_interval: Duration = timedelta(days=1)
    #: Whole request, seconds.
    timeout: Seconds = Field(default=30, gt=0, le=300)
    #: Body after decompression, bytes.
    max_bytes: int = Field(default=10_000_000, ge=10_000)
    concurrency: int = Field(default=20, ge=1, le=500)
    per_host: int = Field(default=2, ge=1, le=10)
    #: Least pause between two requests to one host, seconds.
    host_pause: float = Field(default=1.0, ge=0)
    max_redirects: int = Field(default=5, ge=0, le=20)
    jitter: float = Field(default=0.1, ge=0, le=0.5)
    #: Items of a feed's first poll are read and recorded but alert nobody.
    baseline: bool = True
    #: Let hubs tell of new items (W3C WebSub) where a feed names one and `http` can be reached from outside.
    websub: bool = True
    #: How often a feed is asked all the same whose hub tells of new items.
    safety_interval: Duration = timedelta(days=1)


class Mail(Model):
    """The SMTP server that alerts leave by."""

    host: Annotated[str, AfterValidator(checks.host_name)] = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    username: Line | None = None
    password: SecretStr | None = None
    sender: Annotated[str, AfterValidator(checks.sender)] = ""
    timeout: Seconds = Field(default=30, gt=0, le=300)


class Http(Model):
    """The built-in web server. Off unless `listen` is set."""

    listen: Annotated[str, AfterValidator(checks.listen)] | None = None
    public_url: Url | None = None


class Delivery(Model):
    """How alerts are carried out."""

    concurrency: int = Field(default=20, ge=1, le=500)
    #: Of these, at most so many to one server; one that fails or is slow gets a single one.
    per_target: int = Field(default=8, ge=1, le=100)
    #: Seconds for one attempt.
    timeout: Seconds = Field(default=15, gt=0, le=120)
    max_attempts: int = Field(default=10, ge=1, le=50)
    #: Changes of one deal within this time are one message to people; programs get each at once. 0: at once too.
    group_window: Wait = timedelta(minutes=5)


class Ledger(Model):
    """The policy of trust and due dates."""

    #: Two independent reports of different values within this time contest each other.
    contest_window: Duration = timedelta(hours=72)
    reminders: tuple[Duration, ...] = (timedelta(days=7), timedelta(days=1))
    #: Claims below this confidence are held for review.
    min_confidence: float = Field(default=0.3, ge=0, le=1)
    #: Below this, a single tier 3 report that contradicts a confirmed term without saying that it changed is held too.
    review_confidence: float = Field(default=0.6, ge=0, le=1)
    #: A threat or offer that nobody repeated for this long is new when it is made again.
    position_lapse: Duration = timedelta(days=60)


class Second(Model):
    """A second reader: a language model behind an OpenAI-compatible endpoint. Off unless `url` is set."""

    #: What comes before `/chat/completions`: `https://api.example.com/v1`, `http://127.0.0.1:11434/v1`.
    url: Url | None = None
    model: Annotated[Line, Field(validate_default=True)] = ""
    key: SecretStr | None = None
    #: One answer, seconds.
    timeout: Seconds = Field(default=60, gt=0, le=600)
    #: Articles that it is asked about in an hour, at most; the others are read without it.
    per_hour: int = Field(default=60, ge=1, le=100_000)
    concurrency: int = Field(default=2, ge=1, le=50)
    #: Of an article, and of an answer (in tokens).
    max_characters: int = Field(default=20_000, ge=500, le=200_000)
    max_tokens: int = Field(default=4_000, ge=200, le=100_000)
    #: Of a claim that it makes alone.
    confidence: float = Field(default=0.5, ge=0, le=1)
    #: By how much of what is missing to 1 the confidence of a claim rises that both readers make.
    agreement: float = Field(default=0.5, ge=0, le=1)

    @field_validator("model")
    @classmethod
    def model_is_named(cls, model: str, info: ValidationInfo) -> str:
        """An endpoint serves many models; there is no best guess."""
        if info.data.get("url") and not model.strip():
            raise checks.wrong("must be named where url is set", "write the name by which the endpoint knows the model")
        return model


class Reading(Model):
    """How items are read."""

    second: Second = Second()


class Settings(Model):
    """The `settings:` section.

    Each can also come from the environment as PACTWATCH_<NAME> (nested: PACTWATCH_MAIL__HOST), and each secret from
    a file named by PACTWATCH_<NAME>_FILE.
    """

    data_dir: Path | None = None
    #: SQLAlchemy URL; without it SQLite in `data_dir`.
    database_url: SecretStr | None = None
    #: An address or URL that site owners can reach, sent in the User-Agent.
    contact: Line = ""
    heartbeat_url: Url | None = None
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    #: Host names or CIDR blocks that may be reached though they are private or loopback.
    allow_private: tuple[Annotated[str, AfterValidator(checks.network)], ...] = ()
    proxy: Url | None = None
    ca_file: Path | None = None
    #: The subscription that hears of trouble: feeds that stay down, deliveries that die, a disk that fills.
    operator: Name | None = None
    #: A folder for feeds of changes, Atom and JSON Feed, one per watchlist and deal.
    publish: Path | None = None
    polling: Polling = Polling()
    mail: Mail = Mail()
    http: Http = Http()
    delivery: Delivery = Delivery()
    ledger: Ledger = Ledger()
    reading: Reading = Reading()


FeedKind = Literal[
    "government",
    "wire",
    "newspaper",
    "broadcaster",
    "trade_press",
    "law_firm",
    "think_tank",
    "aggregator",
    "other",
]


class Login(Model):
    """How a feed is told who asks. Each secret is a reference; what it leads to is read at each request, sent to the
    feed's own host alone, and neither stored nor shown."""

    #: HTTP Basic (RFC 7617).
    user: Line | None = None
    password: Reference | None = None
    #: Bearer (RFC 6750).
    token: Reference | None = None
    #: Header field → its value.
    headers: dict[FieldName, Reference] = Field(default_factory=dict)
    #: Parameter of the address → its value.
    query: dict[Word, Reference] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_way(self) -> Login:
        if bool(self.user) != bool(self.password):
            raise checks.wrong("user and password belong together", "write both")
        if self.user and (self.token or any(name.lower() == "authorization" for name in self.headers)):
            raise checks.wrong("two ways to say who asks", "keep user and password, or token, or the header")
        if not self.references:
            raise checks.wrong("says nothing", "write user and password, token, headers or query")
        return self

    @property
    def references(self) -> tuple[str, ...]:
        """Every reference in it."""
        single = (self.password, self.token)
        return (*(one for one in single if one), *self.headers.values(), *self.query.values())


class Feed(Model):
    """One address to poll."""

    name: Name
    url: Url
    #: Whose press or government it is: ISO 3166-1 alpha-2, EU or a bloc.
    country: Jurisdiction | None = None
    kind: FeedKind = "other"
    #: 1 official source, 2 wire or established press, 3 other.
    tier: int = Field(default=3, ge=1, le=3)
    #: BCP 47.
    language: Annotated[str, AfterValidator(checks.language)] = "en"
    interval: Duration | None = None
    enabled: bool = True
    full_text: bool = False
    tags: tuple[Word, ...] = ()
    #: Feeds of one publisher count as one source; without it, the feed's name.
    publisher: Name | None = None
    #: The page that people read.
    site: Url | None = None
    #: What it carries, in a few words.
    about: Line = ""
    #: Why the catalogue ships it switched off.
    why_off: Line = ""
    #: For a feed that asks who reads it.
    login: Login | None = None

    @property
    def source_name(self) -> str:
        return self.publisher or self.name


class Watchlist(Model):
    """Which terms somebody cares about. An empty list means "all"."""

    name: Name
    #: What it is for, in a few words.
    about: Line = ""
    #: A change matches if any of these is its party or counterparty; a pair "US-KR" means the deal.
    countries: tuple[PartyOrDeal, ...] = ()
    topics: tuple[Topic, ...] = ()
    kinds: tuple[Kind, ...] = ()
    scopes: tuple[Scope, ...] = ()
    #: Words of which one must, and none may, stand in the title or the quotes.
    words: tuple[Word, ...] = ()
    without: tuple[Word, ...] = ()
    #: The worst source tier accepted.
    tier: int = Field(default=3, ge=1, le=3)
    #: Least move of value that counts: percentage points for rates, percent of the old figure for money. Steps of
    #: status always count.
    threshold: float = Field(default=0, ge=0)
    confidence: float = Field(default=0, ge=0, le=1)
    #: The least trust that counts. What is contested always does.
    trust: Trust = Trust.UNCONFIRMED
    #: Conditions on labels, all of which must hold.
    labels: tuple[LabelSelector, ...] = ()

    @field_validator("trust")
    @classmethod
    def trust_is_a_step(cls, trust: Trust) -> Trust:
        """What is contested is no degree of trust."""
        if trust is Trust.CONTESTED:
            raise checks.wrong("contested is no degree of trust", "write unconfirmed, reported or confirmed")
        return trust


class Subscription(Model):
    """Who is told of a watchlist, and how."""

    name: Name
    watchlist: Name
    channel: Literal["mail", "webhook", "apprise", "script"]
    #: A mail address, the webhook's URL, what an Apprise service is called here, or a program with its arguments.
    to: str
    #: Standard Webhooks secret (whsec_…), or the Apprise URL, by reference: `env:NAME` or `file:/path`.
    secret: SecretStr | None = None
    paused: bool = False
    #: Also tell of proposals, demands, threats and refusals.
    positions: bool = True
    #: Also tell of steps that move no value: agreed → ordered → in effect, a moved date.
    steps: bool = True
    #: Also tell of every story about the watchlist's countries and topics, whether or not a term moved.
    items: bool = False
    #: Changes of one deal within this time are one message; without it `delivery.group_window`, webhooks at once.
    group: Wait | None = None
    #: Collect, and send together at a time of day.
    digest: Literal["hourly", "daily", "weekly"] | None = None
    #: When a digest goes out, by the clock of `zone`; of an hourly one only the minute counts.
    at: Annotated[str, AfterValidator(checks.time_of_day)] = "08:00"
    weekday: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    #: IANA time zone of `at` and `quiet`.
    zone: Annotated[str, AfterValidator(checks.zone)] = "UTC"
    #: Hours in which nothing is sent, `22:00-07:00`; what comes then is sent at their end, grouped by deal.
    quiet: Annotated[str, AfterValidator(checks.hours)] = ""
    #: How a webhook's body is wrapped.
    format: Literal["standard", "cloudevents"] = "standard"

    @field_validator("to")
    @classmethod
    def to_fits_channel(cls, to: str, info: ValidationInfo) -> str:
        """What each channel needs. A wrong channel is a problem of its own."""
        fits = {"mail": checks.mailbox, "webhook": checks.url, "apprise": checks.name, "script": checks.program}
        check = fits.get(str(info.data.get("channel")))
        return check(to) if check else to


class Catalogue(Model):
    """What of the shipped feeds and watchlists is used. `catalogue: false` in a file means none of it."""

    feeds: bool = True
    watchlists: bool = True
    #: Names or addresses of shipped feeds to switch on or off.
    enable: tuple[Word, ...] = ()
    disable: tuple[Word, ...] = ()


class Config(Model):
    """The whole of what the owner wrote, checked."""

    settings: Settings = Settings()
    feeds: tuple[Feed, ...] = ()
    watchlists: tuple[Watchlist, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
