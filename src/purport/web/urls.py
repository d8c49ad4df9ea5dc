"""Which address leads to which page."""

from django.urls import include, path

from purport.web.api import api
from purport.web.languages import choose_language
from purport.web.live import live
from purport.web.pages import (
    adding,
    captures,
    case,
    confirming,
    details,
    discussion,
    entering,
    evidence,
    front,
    jobs,
    ledger,
    moderation,
    notices,
    own_data,
    player,
    publishing,
    readers,
    sun,
)
from purport.web.pages import map as mapping
from purport.web.pages import place as placing

__all__ = ["handler403", "handler404", "handler500", "urlpatterns"]

handler403 = "purport.web.faults.refused"
handler404 = "purport.web.faults.not_found"
handler500 = "purport.web.faults.failed"

urlpatterns = [
    path("", front.cases, name="cases"),
    path("example", front.example_case, name="example_case"),
    path("enter/<str:token>", entering.enter_by_link, name="enter"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    path("cases/<slug:key>/", case.case, name="case"),
    path("cases/<slug:key>/ledger", ledger.ledger, name="ledger"),
    path("cases/<slug:key>/ledger/claims/new", ledger.new_claim, name="new_claim"),
    path("cases/<slug:key>/ledger/claims/<slug:claim>", ledger.claim, name="claim"),
    path("cases/<slug:key>/contradictions", ledger.contradictions, name="contradictions"),
    path("cases/<slug:key>/matrix", ledger.matrix, name="matrix"),
    path("cases/<slug:key>/map", mapping.case_on_map, name="map"),
    path("cases/<slug:key>/map/tiles/<str:name>", mapping.tiles, name="tiles"),
    path("cases/<slug:key>/captures", captures.captures, name="captures"),
    path(
        "cases/<slug:key>/captures/<slug:digest>/page.jpg", captures.page_veiled, name="page_veiled"
    ),
    path(
        "cases/<slug:key>/captures/<slug:digest>/clear.jpg", captures.page_clear, name="page_clear"
    ),
    path("cases/<slug:key>/history", case.history, name="history"),
    path("cases/<slug:key>/add", adding.add, name="add"),
    path("cases/<slug:key>/items/<slug:digest>/details", details.details, name="details"),
    path("cases/<slug:key>/work", jobs.background, name="background"),
    path("cases/<slug:key>/work/progress", jobs.progress, name="progress"),
    path("cases/<slug:key>/work/ask", jobs.ask, name="ask"),
    path("cases/<slug:key>/work/<slug:job>/cancel", jobs.cancel, name="cancel"),
    path("cases/<slug:key>/dossier", jobs.dossier, name="dossier"),
    path("cases/<slug:key>/items/<slug:digest>/place", placing.place, name="place"),
    path("cases/<slug:key>/items/<slug:digest>/sun", sun.sun, name="sun"),
    path("cases/<slug:key>/publish", publishing.publish, name="publish"),
    path("cases/<slug:key>/publish/ask", publishing.ask, name="ask_for_edition"),
    path("cases/<slug:key>/publish/withdraw", publishing.withdraw, name="withdraw_edition"),
    path("cases/<slug:key>/publish/<int:number>", publishing.decide, name="decide_edition"),
    path("cases/<slug:key>/people", case.people, name="people"),
    path("cases/<slug:key>/people/<int:user>", case.member, name="member"),
    path("cases/<slug:key>/items/<slug:digest>/", player.player, name="player"),
    path("cases/<slug:key>/items/<slug:digest>/media", player.media, name="media"),
    path("cases/<slug:key>/items/<slug:digest>/playable", player.playable, name="playable"),
    path("published/", readers.published, name="published"),
    path("published/feed.atom", readers.feed, name="feed"),
    path("published/worker.js", notices.worker, name="worker"),
    path("published/app.webmanifest", notices.manifest, name="manifest"),
    path("published/notices", notices.notices, name="notices"),
    path("published/notices/seen", notices.seen, name="notices_seen"),
    path("published/notices/wishes", notices.choose, name="wishes"),
    path("published/notices/browser", notices.let_push, name="let_push"),
    path("published/notices/renewed", notices.renew_push, name="renew_push"),
    path("published/notices/stop/<str:token>", notices.stop, name="stop_mails"),
    path("published/<slug:key>/follow", notices.follow_case, name="follow"),
    path("published/<slug:key>/reading", notices.reading, name="reading"),
    path("published/<slug:key>/", readers.case, name="published_case"),
    path("published/<slug:key>/case.json", readers.document, name="published_document"),
    path("published/<slug:key>/places.geojson", readers.geojson, name="published_geojson"),
    path("published/<slug:key>/places.kml", readers.kml, name="published_kml"),
    path("published/<slug:key>/case.pdf", readers.paper, name="published_pdf"),
    path("published/<slug:key>/timemap.json", readers.timemap, name="published_timemap"),
    path("published/<slug:key>/ratings.csv", readers.ratings, name="published_ratings"),
    path(
        "published/<slug:key>/items/<slug:digest>/picture.jpg",
        readers.picture,
        name="published_picture",
    ),
    path("published/<slug:key>/items/<slug:digest>/film.mp4", readers.film, name="published_film"),
    path(
        "published/<slug:key>/items/<slug:digest>/clear.mp4",
        readers.clear_film,
        name="published_clear_film",
    ),
    path("published/<slug:key>/claims/<slug:claim>", readers.claim, name="published_claim"),
    path("published/<slug:key>/live", live, name="published_live"),
    path("published/<slug:key>/comments", discussion.comment, name="write_comment"),
    path(
        "published/<slug:key>/comments/<slug:identifier>/flag",
        discussion.flag,
        name="flag_comment",
    ),
    path(
        "published/<slug:key>/comments/<slug:identifier>/withdrawal",
        discussion.withdraw,
        name="withdraw_comment",
    ),
    path("published/<slug:key>/moderation", discussion.log, name="moderation_log"),
    path("published/<slug:key>/evidence", evidence.offer, name="offer_evidence"),
    path("me/confirm/<slug:token>", confirming.confirm_by_link, name="confirm_by_link"),
    path("me/session", discussion.session, name="readers_session"),
    path("me/data", own_data.data, name="own_data"),
    path("me/data.json", own_data.take_along, name="take_along"),
    path("me/language", choose_language, name="choose_language"),
    path("me/leave", own_data.leave, name="leave"),
    path("me/stay", own_data.stay, name="stay"),
    path("me/offers", evidence.offers, name="offers"),
    path("me/offers/<slug:identifier>/withdrawal", evidence.withdraw, name="withdraw_offer"),
    path("moderation/", moderation.queue, name="moderation"),
    path("moderation/words", moderation.word_list, name="word_list"),
    path("moderation/comments/<slug:identifier>", moderation.comment, name="moderate_comment"),
    path("moderation/evidence/<slug:identifier>", moderation.evidence, name="decide_evidence"),
    path("moderation/discussions/<slug:key>", moderation.forum, name="forum"),
]
