package io.vmha.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("lab")
class ReportPageTest {
    @TempDir
    private static Path folder;

    private final Recording recording = Recordings.flipped();
    private final RunSummary summary = RunSummary.of(
            recording, Set.of(), List.of(new DatabaseLogs.Reign("primary", 0, 1, 2)), Duration.ofSeconds(1));

    @BeforeAll
    static void install() {
        Browser.install(new LabSite(folder, Path.of("").toAbsolutePath(), "vmhatest"));
    }

    @Test
    void aBrowserWithoutANetworkShowsTheRecordedFiguresAndComplainsOfNothing() throws Exception {
        Path page = Files.writeString(folder.resolve("report.html"), html());

        new Browser(folder).assertShows(page, summary, recording);
    }

    @Test
    void thePageNamesNothingThatWouldHaveToBeLoaded() throws Exception {
        assertThat(html()).doesNotContainPattern("<(script|link|img|iframe)[^>]*(src|href)=\"(?!data:)");
    }

    @Test
    void nothingThatWasRecordedEndsTheScript() throws Exception {
        assertThat(html()).contains("<\\/script> of mw11").doesNotContain("REDIRECT </script>");
    }

    private String html() throws Exception {
        return ReportPage.html(summary, recording, "<svg></svg>", "<svg></svg>");
    }
}
