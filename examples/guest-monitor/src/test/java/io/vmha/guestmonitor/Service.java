package io.vmha.guestmonitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The monitor as a process of its own, with the options of the shipped unit. */
record Service(Process process, Path log) implements AutoCloseable {
    private static final Path UNIT = Path.of("vmha-guest-monitor.service");
    private static final Pattern TEST_LIBRARY =
            Pattern.compile("junit|assertj|awaitility|hamcrest|opentest4j|apiguardian|byte-buddy|test-classes");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    static Service start(Path config, String... options) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(unitOptions());
        command.addAll(List.of("-cp", classPath(), GuestMonitor.class.getName()));
        command.addAll(List.of(options));
        command.add(config.toString());
        Path log = Files.createTempFile("guest-monitor", ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        for (String pair : unitLine("Environment=")) {
            builder.environment().put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
        }
        return new Service(builder.redirectOutput(log.toFile()).start(), log);
    }

    /** What the monitor's jar is made of: not what only its tests need. */
    static String classPath() {
        return Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> !TEST_LIBRARY.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
    }

    static List<String> unitOptions() throws IOException {
        List<String> words = unitLine("ExecStart=");
        return words.subList(1, words.indexOf("-jar"));
    }

    private static List<String> unitLine(String key) throws IOException {
        return Files.readAllLines(UNIT).stream()
                .filter(line -> line.startsWith(key))
                .map(line -> List.of(line.substring(key.length()).split(" ")))
                .findFirst()
                .orElseThrow();
    }

    /** A key file with the given permissions, such as {@code rw-------}. */
    static Path key(Path folder, String permissions) throws IOException {
        Path key = folder.resolve("report.key");
        Files.writeString(key, "k1 " + Base64.getEncoder().encodeToString(new byte[32]) + "\n");
        return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString(permissions));
    }

    void awaitLine(String part) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(log)).contains(part));
    }

    int terminate() throws InterruptedException {
        process.destroy();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        return process.exitValue();
    }

    @Override
    public void close() throws IOException {
        process.destroyForcibly().onExit().join();
        Files.delete(log);
    }
}
