package io.vmha.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The dashboard of a live center, by a real Prometheus: each query is answered and shows something, and what is shown of now is unknown
 * once the center is gone. {@code target/dashboard.png} is how it looks. As root on Debian: what is missing is installed.
 */
@Tag("lab")
@Tag("slow")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DashboardPictureTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Four times the interval of the scrapes, as Grafana has it. */
    private static final String RATE_INTERVAL = "4s";

    /** Part of the queries that count a series' first event, too, which {@code increase} alone does not see. */
    private static final String FROM_THE_FIRST_ON = " unless ";

    private static final String CHARTS = "/usr/share/javascript/chart.js/chart.min.js";
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    @TempDir
    Path folder;

    @Test
    void everyQueryShowsWhatALiveCenterDoesAndNothingOnceItIsGone() throws Exception {
        run(
                "bash",
                "../../examples/lab/packages.sh",
                "prometheus:prometheus",
                "chromium:chromium",
                CHARTS + ":libjs-chart.js");
        ObjectNode page = JSON.createObjectNode();
        page.set("dashboard", JSON.readTree(resource("grafana-dashboard.json")));
        try (LiveCenter live = new LiveCenter(folder.resolve("journal"));
                Prometheus prometheus = new Prometheus(folder.resolve("prometheus"), live.port())) {
            Instant from = Instant.now();
            new LiveFaults(live).happen();
            Instant to = Instant.now();
            page.put("from", from.getEpochSecond()).put("to", to.getEpochSecond());
            SoftAssertions all = new SoftAssertions();
            List<String> ofNow = new ArrayList<>();
            for (JsonNode panel : page.at("/dashboard/panels")) {
                ObjectNode answers = page.withObject("/answers/" + panel.get("id"));
                for (JsonNode target : panel.path("targets")) {
                    String query = query(page, target);
                    boolean isOfNow = target.path("instant").asBoolean();
                    JsonNode answer = prometheus.range(query, isOfNow ? to : from, to);
                    answers.set(target.get("refId").asText(), answer);
                    showsSomething(all, query, answer);
                    if (isOfNow) {
                        ofNow.add(query);
                    }
                }
            }
            draw(page);
            all.assertAll();

            live.close();
            await().untilAsserted(() -> {
                for (String query : ofNow) {
                    assertThat(values(prometheus.range(query, Instant.now(), Instant.now())))
                            .as(query)
                            .allMatch(value -> value.isNaN());
                }
            });
        }
    }

    private static void showsSomething(SoftAssertions all, String query, JsonNode answer) {
        all.assertThat(values(answer)).as(query).anyMatch(value -> !value.isNaN());
        if (query.contains(FROM_THE_FIRST_ON)) {
            all.assertThat(answer)
                    .as("what begins with its first event: %s", query)
                    .allMatch(series -> values(List.of(series)).anyMatch(value -> value > 0));
        }
    }

    /** The query as Grafana asks it while all centers are chosen. */
    private static String query(JsonNode page, JsonNode target) {
        String all = page.at("/dashboard/templating/list/1/allValue").asText();
        return target.get("expr").asText().replace("$instance", all).replace("$__rate_interval", RATE_INTERVAL);
    }

    private static Stream<Double> values(Iterable<JsonNode> answer) {
        return StreamSupport.stream(answer.spliterator(), false)
                .flatMap(series -> StreamSupport.stream(series.get("values").spliterator(), false))
                .map(value -> Double.valueOf(value.get(1).asText()));
    }

    private void draw(JsonNode shown) throws IOException, InterruptedException {
        Path page = TARGET.resolve("dashboard.html");
        Files.writeString(
                page,
                resource("dashboard.html")
                        .replace("{{charts}}", CHARTS)
                        .replace("{{shown}}", shown.toString().replace("</", "<\\/")));
        run(
                "chromium",
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--user-data-dir=" + folder.resolve("profile"),
                "--window-size=1600,1866",
                "--virtual-time-budget=5000",
                "--screenshot=" + TARGET.resolve("dashboard.png"),
                page.toUri().toString());
    }

    private static String resource(String name) throws IOException {
        try (InputStream resource = Objects.requireNonNull(HaMetrics.class.getResourceAsStream(name), name)) {
            return new String(resource.readAllBytes(), UTF_8);
        }
    }

    private void run(String... command) throws IOException, InterruptedException {
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), Files.readString(log))
                .isZero();
    }
}
