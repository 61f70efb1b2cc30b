package example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GoesOnAfterKillTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void aCenterThatIsKilledDuringAPowerOffIsFinishedByTheNextOne() throws Exception {
        FolderPlatform.created(folder).close();
        Files.createFile(folder.resolve("hold"));
        Process first = center("first", "mw1");
        await().atMost(PATIENCE).until(() -> log("first").contains("powering off mw1"));
        first.destroyForcibly().waitFor();
        // Its requests may have moved already: those of middleware need not wait for the power-off.
        assertThat(Files.readString(folder.resolve("mw1"))).isEqualTo("h1 ON");

        Files.delete(folder.resolve("hold"));
        Process second = center("second");
        try {
            await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve("mw1.route")));
            await().atMost(PATIENCE).until(() -> log("second").contains("PlanEnded=1"));
            await().atMost(PATIENCE).until(() -> log("second").contains("vmha.plans.ended[tag(result="));
        } finally {
            second.destroyForcibly().waitFor();
        }
        assertThat(Files.readString(folder.resolve("mw1"))).isEqualTo("h1 OFF");
        assertThat(Files.readString(folder.resolve("mw1.route"))).matches("mw[34]");
        assertThat(log("second")).contains("metrics {", "PlanResumed=1");
        assertThat(log("second")).contains("vmha.plans.ended[tag(result=");
    }

    private Process center(String log, String... failed) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Center.class.getName(),
                folder.toString()));
        command.addAll(List.of(failed));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(log + ".log").toFile())
                .start();
    }

    private String log(String name) {
        try {
            return Files.readString(folder.resolve(name + ".log"));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
