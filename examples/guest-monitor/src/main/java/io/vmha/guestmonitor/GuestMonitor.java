package io.vmha.guestmonitor;

import io.vmha.monitor.FaultMonitor;
import io.vmha.monitor.Isolation;
import io.vmha.monitor.MonitorEvent;
import io.vmha.monitor.PowerOff;
import io.vmha.monitor.ProbeResult;
import io.vmha.monitor.Reaction;
import io.vmha.monitor.Watch;
import io.vmha.monitor.report.HttpFaultReporter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command: watches the machine that it runs in until it is stopped.
 *
 * <p>Exit status 0: the file is valid, or no probe fails; 2: an argument or the file is refused; 3: a probe fails.
 */
@Command(
        name = "guest-monitor",
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        description = "Watches the virtual machine that it runs in, reports faults and isolates it.")
public final class GuestMonitor implements Callable<Integer> {
    static final int OK = 0;
    static final int REFUSED = 2;
    static final int PROBE_FAILED = 3;

    private static final Logger LOG = LoggerFactory.getLogger(GuestMonitor.class);
    private static final Duration LONG = Duration.ofDays(1);
    private static final int POWER_OFF_STEPS = 3;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(paramLabel = "FILE", description = "The configuration, in YAML.")
    private Path file = Path.of("");

    @Option(names = "--check", description = "Read the configuration, and end.")
    private boolean check;

    @Option(names = "--once", description = "Run each probe once, print what it found, and end.")
    private boolean once;

    @Option(names = "--dry-run", description = "Say how the machine would be isolated, and do not.")
    private boolean dryRun;

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new GuestMonitor()).setExecutionExceptionHandler((thrown, command, parsed) -> {
            if (thrown instanceof ConfigException refused) {
                command.getErr().println("guest-monitor: " + refused.getMessage());
                return REFUSED;
            }
            throw thrown;
        });
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        MonitorConfig config = ConfigReader.read(file);
        if (check) {
            say(file + ": valid, " + config.watches().size() + " probes of " + config.vm());
            return OK;
        }
        return once ? runOnce(config) : serve(config);
    }

    private void say(String line) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(line);
        out.flush();
    }

    private int runOnce(MonitorConfig config) throws InterruptedException {
        CountDownLatch open = new CountDownLatch(config.watches().size());
        Map<String, ProbeResult> results = new ConcurrentSkipListMap<>();
        FaultMonitor.Builder builder = FaultMonitor.builder()
                .isolation(fault -> LOG.info("{} is not acted upon", fault))
                .anyNumberOfIsolations()
                .listener(event -> resultOf(event).ifPresent(probed -> {
                    if (results.put(probed.watch(), probed.result()) == null) {
                        open.countDown();
                    }
                }));
        config.watches()
                .forEach(watch -> builder.watch(Watch.builder()
                        .from(watch)
                        .interval(LONG)
                        .reaction(Reaction.REPORT_ONLY)
                        .build()));
        try (FaultMonitor monitor = builder.build()) {
            monitor.start();
            open.await();
        }
        results.forEach((watch, result) -> say(watch + ": " + EventLog.text(result)));
        return results.values().stream().anyMatch(ProbeResult.Failed.class::isInstance) ? PROBE_FAILED : OK;
    }

    private static Optional<MonitorEvent.Probed> resultOf(MonitorEvent event) {
        if (event instanceof MonitorEvent.ProbeBroke broke) {
            ProbeResult unknown = ProbeResult.warning("could not look: " + broke.error());
            return Optional.of(new MonitorEvent.Probed(broke.watch(), unknown, Duration.ZERO));
        }
        return event instanceof MonitorEvent.Probed probed ? Optional.of(probed) : Optional.empty();
    }

    private int serve(MonitorConfig config) throws IOException, InterruptedException {
        Isolation isolation = isolation(config);
        Rehearsal.run();
        FaultMonitor.Builder builder = FaultMonitor.builder()
                .isolation(isolation)
                .order(config.order())
                .reportWait(config.reportWait())
                .bootGrace(config.bootGrace())
                .isolationsInARow(config.isolationsInARow())
                .stateFolder(config.stateFolder())
                .listener(new EventLog());
        if (dryRun) {
            builder.anyNumberOfIsolations();
        }
        config.watches().forEach(builder::watch);
        config.report().ifPresent(report -> {
            HttpFaultReporter.Builder reporter =
                    HttpFaultReporter.builder().receiver(report.receiver()).vm(config.vm(), report.key());
            report.centers().forEach(reporter::center);
            builder.reporter(reporter.build()).heartbeat(report.heartbeat());
        });
        FaultMonitor monitor = builder.build();
        Duration isolating = config.reportWait().plus(config.powerOffGrace().multipliedBy(POWER_OFF_STEPS));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(monitor, isolating), "guest-monitor-stop"));
        monitor.start();
        // What reading the configuration and the rehearsal left would stay resident for weeks: little is made from here
        // on.
        System.gc();
        LOG.info(
                "watching {} with {} probes; on a fault: {}",
                config.vm(),
                config.watches().size(),
                isolation.describe());
        try (monitor) {
            new CountDownLatch(1).await();
        }
        return OK;
    }

    private Isolation isolation(MonitorConfig config) throws IOException {
        if (dryRun) {
            return Isolation.dryRun(described(config), LOG::warn);
        }
        return config.isolationCommand().isPresent()
                ? new CommandIsolation(config.isolationCommand().get())
                : PowerOff.standard(config.powerOffGrace());
    }

    /** What a dry run would do needs no rights, so it opens nothing. */
    private static Isolation described(MonitorConfig config) {
        return new CommandIsolation(config.isolationCommand()
                .orElse(List.of("systemctl poweroff, then poweroff -f, then write o to /proc/sysrq-trigger")));
    }

    /** The service manager stops this too while the machine goes down: the next way to power off may still be needed. */
    private static void stop(FaultMonitor monitor, Duration isolating) {
        try {
            if (monitor.isIsolating().toCompletableFuture().get(1, TimeUnit.SECONDS)) {
                LOG.warn("stopped while the machine is being isolated, which goes on");
                TimeUnit.NANOSECONDS.sleep(isolating.toNanos());
            }
        } catch (InterruptedException now) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException unknown) {
            LOG.debug("the monitor does not answer", unknown);
        }
        monitor.close();
    }
}
