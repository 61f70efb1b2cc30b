package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.common.io.Resources;
import io.vmha.lab.Recording.Event;
import io.vmha.lab.Recording.Request;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;

/**
 * The report of a run: one HTML file with everything in it, plotted by Chart.js and Graphviz of Debian's packages.
 *
 * <p>The page puts what its plots were given into attributes of its body, so that a browser can be asked for it.
 */
final class ReportPage {
    /** Where Debian's libjs-chart.js puts it. */
    static final String CHARTS = "/usr/share/javascript/chart.js/chart.min.js";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECOND = 1_000;

    private ReportPage() {}

    /** Writes {@code report.html} into the lab's folder. */
    static void write(LabSite site, RunSummary summary, Recording recording, String before, String after) {
        try {
            Files.writeString(
                    site.file("report.html"),
                    html(summary, recording, drawing(site, "before", before), drawing(site, "after", after)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String drawing(LabSite site, String name, String dot) throws IOException {
        Path file = site.file(name + ".dot");
        Files.writeString(file, dot);
        String svg = site.shell().run(Duration.ofSeconds(30), List.of("dot", "-Tsvg", file.toString()));
        return svg.substring(svg.indexOf("<svg"));
    }

    /** The page, with the two topologies drawn as SVG. */
    static String html(RunSummary summary, Recording recording, String before, String after) throws IOException {
        String charts = Files.readString(Path.of(CHARTS)).replaceAll("(?m)^//# sourceMappingURL=.*$", "");
        return Resources.toString(Resources.getResource(ReportPage.class, "report.html"), UTF_8)
                .replace("{{before}}", before)
                .replace("{{after}}", after)
                .replace("{{data}}", inScript(data(summary, recording).toString()))
                .replace("{{charts}}", inScript(charts));
    }

    /** Nothing in a script may end it. */
    private static String inScript(String text) {
        return text.replace("</", "<\\/").replace("<!--", "<\\!--");
    }

    private static ObjectNode data(RunSummary summary, Recording recording) {
        long start = recording.requests().stream().mapToLong(Request::at).min().orElse(0);
        ObjectNode data = JSON.createObjectNode();
        seconds(recording, start, data.putArray("seconds"));
        marks(recording, start, data.putArray("marks"));
        actions(recording, start, data.putArray("actions"));
        phases(summary, data.putArray("phases"));
        data.put("requests", summary.requests());
        data.put("failed", summary.failed());
        data.put("slow", summary.slow());
        data.put("acknowledgedRows", summary.acknowledgedRows());
        data.put("lostRows", summary.lostRows());
        data.put("takeover", summary.takeover().map(Takeover::text).orElse(""));
        ArrayNode violations = data.putArray("violations");
        summary.violations().forEach(violations::add);
        return data;
    }

    /** Each request counts in the second in which it was sent. */
    private static void seconds(Recording recording, long start, ArrayNode seconds) {
        TreeMap<Long, long[]> counts = new TreeMap<>();
        for (Request request : recording.requests()) {
            long[] count = counts.computeIfAbsent((request.at() - start) / SECOND, second -> new long[3]);
            count[request.isOk() ? 0 : 1]++;
            count[2] += request.milliseconds() > RunSummary.SLOW_MS ? 1 : 0;
        }
        counts.forEach((second, count) -> seconds.addObject()
                .put("at", second)
                .put("ok", count[0])
                .put("failed", count[1])
                .put("slow", count[2]));
    }

    private static void marks(Recording recording, long start, ArrayNode marks) {
        for (Mark mark : recording.marks()) {
            marks.addObject()
                    .put("at", seconds(mark.at() - start))
                    .put("what", "fault")
                    .put("text", (mark.phase().equals("-") ? "" : "(" + mark.phase() + ") ") + mark.text());
        }
        for (Event event : recording.events()) {
            if (event.type().equals("Decided") && !event.text().isEmpty()) {
                marks.addObject()
                        .put("at", seconds(event.at() - start))
                        .put("what", "decision")
                        .put("text", event.text());
            }
        }
    }

    private static void actions(Recording recording, long start, ArrayNode actions) {
        for (Event event : recording.events()) {
            if (event.type().equals("ActionEnded") && !event.result().equals("SKIPPED")) {
                actions.addObject()
                        .put("from", seconds(event.started() - start))
                        .put("to", seconds(event.at() - start))
                        .put("kind", event.kind())
                        .put("result", event.result())
                        .put("text", event.text());
            }
        }
    }

    private static double seconds(long milliseconds) {
        return milliseconds / (double) SECOND;
    }

    private static void phases(RunSummary summary, ArrayNode phases) {
        for (RunSummary.Phase phase : summary.phases()) {
            ArrayNode cells = phases.addArray();
            cells.add("(" + phase.mark().phase() + ") " + phase.mark().text());
            cells.add(SummaryText.milliseconds(phase.detected()));
            cells.add(SummaryText.milliseconds(phase.decided()));
            cells.add(SummaryText.milliseconds(phase.fenced()));
            cells.add(SummaryText.milliseconds(phase.redirected()));
            cells.add(SummaryText.milliseconds(phase.gap()));
            cells.add(Long.toString(phase.failedOfAffected()));
            cells.add(Long.toString(phase.failedOfOthers()));
            cells.add(Long.toString(phase.slow()));
        }
    }
}
