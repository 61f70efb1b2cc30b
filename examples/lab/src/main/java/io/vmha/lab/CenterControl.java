package io.vmha.lab;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The only center's process as the conductor sees it: starts and kills it. Not thread-safe. */
final class CenterControl implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final LabSite site;
    private final List<String> command;
    private final CenterClient client = new CenterClient(List.of(LabSite.MANAGEMENT));
    private Process process;

    CenterControl(LabSite site, List<String> command) {
        this.site = site;
        this.command = List.copyOf(command);
        this.process = start();
    }

    private Process start() {
        Process started = site.shell().start(site.file("center.log"), command);
        Waiting.until("the management center answers, see " + site.file("center.log"), PATIENCE, () -> {
            CenterClient.State unused = client.state();
            return true;
        });
        return started;
    }

    /** Kills the process and starts another one. */
    void killAndRestart() {
        process.destroyForcibly();
        process = start();
    }

    CenterClient client() {
        return client;
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit()
                .orTimeout(5, TimeUnit.SECONDS)
                .exceptionally(late -> process.destroyForcibly())
                .join();
    }
}
