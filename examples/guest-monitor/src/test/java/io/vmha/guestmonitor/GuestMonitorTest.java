package io.vmha.guestmonitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GuestMonitorTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String config, String... options) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(options));
        arguments.add(file(config).toString());
        CommandLine command = GuestMonitor.commandLine();
        command.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return command.execute(arguments.toArray(String[]::new));
    }

    private Path file(String config) throws IOException {
        return Files.writeString(folder.resolve("config.yaml"), config);
    }

    private void assertRefused(String config, String... messages) throws IOException {
        assertThat(run(config, "--check")).isEqualTo(GuestMonitor.REFUSED);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains(messages);
        err.getBuffer().setLength(0);
    }

    private static String reporting(Path key) {
        return "vm: mw1\nreport: {receiver: center, centers: [\"http://127.0.0.1:9/r\"], keyFile: " + key
                + "}\nprobes: [{type: readOnlyFilesystem}]";
    }

    /** Whenever this system was started; what is counted stays in the test's own folder. */
    private String atOnce() {
        return "bootGrace: 1ms\nstateFolder: " + folder.resolve("state") + "\n";
    }

    private static String probe(String rest) {
        return "vm: mw1\nprobes: [{type: " + rest + "}]";
    }

    @Test
    void theShippedConfigurationIsValidWithAKey() throws IOException {
        String shipped = Files.readString(Path.of("guest-monitor.yaml"));
        String here = shipped.replace(
                "/etc/vmha/report.key", Service.key(folder, "rw-------").toString());
        assertThat(run(here, "--check")).as(err::toString).isEqualTo(GuestMonitor.OK);
        assertThat(out.toString()).contains("valid, 5 probes of mw1");
    }

    @Test
    void unknownKeysAreRefusedWhereTheyStand() throws IOException {
        assertRefused(probe("write, folder: /tmp") + "\nretries: 3", ":3:10: retries: unknown key");
        assertRefused(probe("write, folder: /tmp, every: 1s"), "probes[0].every: unknown key");
        assertRefused(probe("ping"), "probes[0].type: must be one of", "ping");
    }

    @Test
    void timesThatAreNoneAreRefused() throws IOException {
        assertRefused(probe("write, folder: /tmp, interval: 0s"), "interval: must be more than 0");
        assertRefused(probe("write, folder: /tmp, interval: 5"), "must be a time such as");
        assertRefused(probe("write, folder: /tmp, deadline: -1s"), "must be a time such as");
    }

    @Test
    void aKeyFileThatIsMissingOrThatOthersCanReadIsRefused() throws IOException {
        assertThat(run(reporting(Service.key(folder, "rw-------")), "--check")).isEqualTo(GuestMonitor.OK);
        out.getBuffer().setLength(0);
        assertRefused(reporting(Service.key(folder, "rw-r-----")), "report.keyFile", "for its owner only");
        assertRefused(reporting(folder.resolve("none")), "report.keyFile: cannot be read");
    }

    @Test
    void aConfigurationOrProgramThatOthersCanWriteOrReplaceIsRefused() throws IOException {
        String valid = probe("tcp, port: 1");
        Path config = file(valid);
        permit(config, "rw-rw-rw-");
        assertRefused(valid, "config.yaml: is not trusted", "can be written by others");
        permit(config, "rw-r--r--");
        permit(folder, "rwxrwxrwx");
        assertRefused(valid, "others can replace what is in the folder");
        permit(folder, "rwx------");
        assertThat(run(valid, "--check")).isEqualTo(GuestMonitor.OK);
        out.getBuffer().setLength(0);
        Path program = Files.writeString(folder.resolve("isolate"), "#!/bin/sh\n");
        permit(program, "rwxrwxrwx");
        assertRefused("isolation: [" + program + "]\n" + valid, "isolation: is not trusted");
        assertRefused(probe("command, run: [" + program + "]"), "run: is not trusted");
    }

    @Test
    void aConfigurationOrKeyOfAnotherUserIsRefused() throws IOException {
        assumeThat(System.getProperty("user.name")).isEqualTo("root");
        Path key = Service.key(folder, "rw-------");
        Files.setAttribute(key, "unix:uid", 65_534);
        assertRefused(reporting(key), "report.keyFile: is not trusted", "uid 65534");
        Files.setAttribute(key, "unix:uid", 0);
        Files.setAttribute(file(reporting(key)), "unix:uid", 65_534);
        assertRefused(reporting(key), "config.yaml: is not trusted", "uid 65534");
    }

    @Test
    @Timeout(60)
    void aPipeAsConfigurationOrKeyIsRefusedAndNotWaitedFor() throws Exception {
        Path pipe = folder.resolve("pipe");
        assertThat(new ProcessBuilder("mkfifo", "-m", "600", pipe.toString())
                        .start()
                        .waitFor())
                .isZero();
        assertRefused(reporting(pipe), "report.keyFile: is not trusted", "is no regular file");
        CommandLine command = GuestMonitor.commandLine();
        command.setErr(new PrintWriter(err, true));
        assertThat(command.execute("--check", pipe.toString())).isEqualTo(GuestMonitor.REFUSED);
        assertThat(err.toString()).contains("is no regular file");
    }

    private static void permit(Path file, String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void aMachineThatIsolatedItselfTwiceInARowStaysUp() throws Exception {
        Path trace = folder.resolve("isolated");
        Path state = Files.createDirectories(folder.resolve("state/.vmha-monitor"));
        permit(folder.resolve("state"), "rwx------");
        permit(state, "rwx------");
        Files.writeString(state.resolve("isolations"), "1 an-earlier-boot open\n");
        Path config = file(atOnce() + "isolation: [touch, " + trace + "]\n"
                + probe("command, run: [\"false\"], interval: 100ms, threshold: 2"));
        try (Service service = Service.start(config)) {
            service.awaitLine("isolated 2 times in a row");
        }
        assertThat(trace).doesNotExist();
    }

    @Test
    void whatIsMissingDoubledOrContradictoryIsRefused() throws IOException {
        assertRefused("", "is empty");
        assertRefused("vm: [", "is no YAML");
        assertRefused("vm: mw1", "probes is missing");
        assertRefused("vm: mw1\nprobes: []", "must be a list that is not empty");
        assertRefused("vm: mw2\n" + probe("tcp, port: 1"), "the key stands twice");
        assertRefused("vm: ' '\nprobes: [{type: readOnlyFilesystem}]", "VM name");
        assertRefused(probe("tcp, port: 1}, {type: tcp, port: 2"), "another probe has the name tcp");
        assertRefused(probe("tcp, port: 70000"), "probes[0]: port must be from 1 to 65535");
        assertRefused(probe("tcp, port: 1, threshold: 0"), "threshold of tcp must be 1 or more");
        assertRefused("isolation: HALT\n" + probe("tcp, port: 1"), "isolation: must be POWER_OFF");
        assertRefused("isolationsInARow: 0\n" + probe("tcp, port: 1"), "isolationsInARow: must be 1 or more: 0");
        assertRefused("order: NEVER\n" + probe("tcp, port: 1"), "order: must be one of");
        assertRefused(probe("command, run: [a], kind: HOST_DOWN"), "HOST_DOWN");
    }

    @Test
    void aRunOnceTellsEachProbesStateAndEndsByTheWorst() throws IOException {
        int port;
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
            String both = probe("tcp, port: " + port + "}, {type: write, folder: " + folder);
            assertThat(run(both, "--once")).isEqualTo(GuestMonitor.OK);
            assertThat(out.toString()).contains("tcp: healthy: ", "write: healthy: ");
        }
        assertThat(run(probe("tcp, port: " + port), "--once")).isEqualTo(GuestMonitor.PROBE_FAILED);
        assertThat(out.toString()).contains("tcp: FAILED SERVICE_DOWN");
        assertThat(run(probe("command, run: [sleep, '60'], deadline: 50ms"), "--once"))
                .isEqualTo(GuestMonitor.PROBE_FAILED);
        assertThat(out.toString()).contains("command: FAILED SERVICE_DOWN: no answer after");
    }

    @Test
    void aTerminatedServiceEndsCleanly() throws Exception {
        try (Service service = Service.start(file(probe("readOnlyFilesystem")), "--dry-run")) {
            service.awaitLine("watching mw1 with 1 probes");
            assertThat(service.terminate()).isEqualTo(143);
        }
    }

    @Test
    void aDryRunSaysWhatItWouldDoAndTheHookIsRunOtherwise() throws Exception {
        Path trace = folder.resolve("isolated");
        Path config = file(atOnce() + "isolation: [touch, " + trace + "]\n"
                + probe("command, run: [\"false\"], interval: 100ms, threshold: 2"));
        try (Service service = Service.start(config, "--dry-run")) {
            service.awaitLine("would: touch " + trace);
        }
        assertThat(trace).doesNotExist();
        try (Service service = Service.start(config)) {
            service.awaitLine("Isolated[");
        }
        assertThat(trace).exists();
    }

    @Test
    void aFaultRunsTheProgramThatIsolates() throws Exception {
        Path isolated = folder.resolve("isolated");
        String config = atOnce() + "vm: mw1\nisolation: [touch, " + isolated
                + "]\nprobes: [{type: command, run: [\"false\"], threshold: 1, interval: 50ms, reaction: ISOLATE}]";
        assertThat(runUntil(config, () -> Files.exists(isolated))).isNotEqualTo(GuestMonitor.REFUSED);
    }

    /** Runs the monitor as a service in this process, and interrupts it when the condition holds. */
    private int runUntil(String config, Callable<Boolean> condition, String... options) throws Exception {
        AtomicInteger status = new AtomicInteger();
        Thread service = new Thread(() -> {
            try {
                status.set(run(config, options));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        service.start();
        try {
            await().atMost(Duration.ofSeconds(30)).until(condition);
        } finally {
            service.interrupt();
            service.join();
        }
        return status.get();
    }
}
