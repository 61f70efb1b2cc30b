package io.vmha.lab;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The lab as a user runs it, with fewer faults: a guest's filesystem, then both primary hosts, the center killed in between; and the host of
 * the instance that leads.
 */
@Tag("lab")
class ShortRunTest {
    @TempDir
    private Path folder;

    @Test
    void faultsCostNoAcknowledgedRowAndLeaveNothingBehind() throws Exception {
        String said = run("acfd", namespaceOf("a"));

        // How long users wait is measured by a run on a machine that does nothing else; here it is what never may be.
        assertThat(said).contains(" acknowledged rows, 0 lost").doesNotContain("by turns");
        assertThat(said).contains("writes by the primary's database", "writes by the standby's database");
    }

    @Test
    void theNextLeaderFinishesWhatWasOpenOnAHostThatIsLost() throws Exception {
        String said = run("lm", namespaceOf("l"));

        assertThat(said).contains(" acknowledged rows, 0 lost").doesNotContain("by turns");
        assertThat(said).contains("another instance leads", "plans open then: 1, finished: 1");
    }

    /** One of this process alone: another build may be in the same test. */
    private static String namespaceOf(String run) {
        return "vmhac" + run + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX);
    }

    /** Runs the lab, and returns what it says. */
    private String run(String phases, String namespace) throws Exception {
        Path lab = Files.createTempDirectory("vl");
        Path scripts = Path.of("").toAbsolutePath();
        Path log = folder.resolve("run.log");
        Path report = folder.resolve("report.html");
        Process run = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LabCommand.class.getName(),
                        "run",
                        "--phases",
                        phases,
                        "--folder",
                        lab.toString(),
                        "--scripts",
                        scripts.toString(),
                        "--namespace",
                        namespace,
                        "--report",
                        report.toString()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(run.waitFor(15, TimeUnit.MINUTES)).as("ended in time").isTrue();
        assertThat(report).isNotEmptyFile();
        assertThat(lab).doesNotExist();
        assertThat(namespaces()).noneMatch(name -> name.startsWith(namespace));
        return Files.readString(log, UTF_8);
    }

    private static List<String> namespaces() throws Exception {
        try (var names = Files.list(Path.of("/run/netns"))) {
            return names.map(name -> name.getFileName().toString()).toList();
        }
    }
}
