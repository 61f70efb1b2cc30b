package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Debian's Chromium without a screen and without a network. */
record Browser(Path folder) {

    /**
     * What a page is when its scripts have run.
     *
     * @param html its elements
     * @param log what the browser said meanwhile
     */
    record Page(String html, String log) {
        String text(String id) {
            return match("id=\"" + id + "\"[^>]*>([^<]*)<");
        }

        String attribute(String name) {
            return match("<body[^>]* data-" + name + "=\"([^\"]*)\"");
        }

        private String match(String pattern) {
            Matcher matcher = Pattern.compile(pattern).matcher(html);
            assertThat(matcher.find()).as("%s in the page", pattern).isTrue();
            return matcher.group(1);
        }
    }

    static void install(LabSite site) {
        site.script("packages.sh", "chromium:chromium", ReportPage.CHARTS + ":libjs-chart.js", "dot:graphviz");
    }

    /** Opens a page in a network namespace of its own, in which there is nothing to be reached. */
    Page open(Path page) throws IOException, InterruptedException {
        Path html = folder.resolve("page.html");
        Path log = folder.resolve("browser.log");
        Process chromium = new ProcessBuilder(List.of(
                        "unshare",
                        "--net",
                        "chromium",
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--enable-logging=stderr",
                        "--window-size=1300,1600",
                        "--virtual-time-budget=5000",
                        "--dump-dom",
                        page.toUri().toString()))
                .redirectOutput(html.toFile())
                .redirectError(log.toFile())
                .start();
        assertThat(chromium.waitFor(60, TimeUnit.SECONDS))
                .as("the browser has ended")
                .isTrue();
        return new Page(Files.readString(html, UTF_8), Files.readString(log, UTF_8));
    }

    /** Asserts that the page shows what was recorded, loads nothing and complains of nothing. */
    void assertShows(Path file, RunSummary summary, Recording recording) throws IOException, InterruptedException {
        Page page = open(file);
        assertThat(page.log()).doesNotContain("CONSOLE");
        long answered =
                recording.requests().stream().filter(Recording.Request::isOk).count();
        Map.of(
                        "plotted-answered", answered,
                        "plotted-failed", summary.failed(),
                        "plotted-slow", summary.slow(),
                        "plotted-faults", (long) recording.marks().size(),
                        "plotted-actions",
                                recording.events().stream()
                                        .filter(event -> event.type().equals("ActionEnded")
                                                && !event.result().equals("SKIPPED"))
                                        .count())
                .forEach((name, count) ->
                        assertThat(page.attribute(name)).as(name).isEqualTo(Long.toString(count)));
        assertThat(page.text("requests")).isEqualTo(Long.toString(summary.requests()));
        assertThat(page.text("acknowledgedRows")).isEqualTo(Long.toString(summary.acknowledgedRows()));
        assertThat(page.text("lostRows")).isEqualTo(Long.toString(summary.lostRows()));
        assertThat(page.html()).contains(recording.marks().get(1).text());
    }
}
