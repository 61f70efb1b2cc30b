package io.vmha.lab;

import io.vmha.model.HostId;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command line. */
@Command(
        name = "lab",
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        subcommandsRepeatable = false,
        description =
                "The reference embodiment on real hypervisors of this machine, with users' requests and faults. Needs root.",
        footer = "Exit status: 0 done and nothing was violated, 1 something was or the lab failed, 2 wrong arguments.")
public final class LabCommand implements Runnable {
    static final int FAILED = 1;
    static final int REFUSED = 2;

    @Option(
            names = "--folder",
            scope = ScopeType.INHERIT,
            defaultValue = "/tmp/vmha-lab",
            description = "Where everything is written, 60 characters at most; default ${DEFAULT-VALUE}.")
    private Path folder = Path.of("");

    @Option(
            names = "--scripts",
            scope = ScopeType.INHERIT,
            defaultValue = "examples/lab",
            description = "The folder of the lab's scripts; default ${DEFAULT-VALUE}.")
    private Path scripts = Path.of("");

    @Option(
            names = "--namespace",
            scope = ScopeType.INHERIT,
            defaultValue = "vmhalab",
            description = "What the names of its network namespaces begin with; default ${DEFAULT-VALUE}.")
    private String namespace = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** Runs the command, and ends the process with its status if that is not 0. */
    public static void main(String... arguments) {
        int status = commandLine().execute(arguments);
        if (status != 0) {
            System.exit(status);
        }
    }

    static CommandLine commandLine() {
        return new CommandLine(new LabCommand()).setExecutionExceptionHandler((thrown, command, parsed) -> {
            if (thrown instanceof IllegalArgumentException || thrown instanceof LabException) {
                command.getErr().println("lab: " + thrown.getMessage());
                return thrown instanceof LabException ? FAILED : REFUSED;
            }
            throw thrown;
        });
    }

    @Override
    public void run() {
        throw new CommandLine.ParameterException(spec.commandLine(), "one of up, run, soak and down is needed");
    }

    private LabSite site() {
        return new LabSite(folder, scripts.toAbsolutePath(), namespace);
    }

    @Command(description = "Installs what is missing of Debian's packages, and brings the hosts and guests up.")
    int up() {
        requireRoot();
        bringUp(site());
        return 0;
    }

    @Command(description = "Takes everything down: processes, namespaces, mounts and files.")
    int down() {
        requireRoot();
        site().script("libvirt/down.sh", "--purge");
        return 0;
    }

    @Command(
            name = "run",
            description =
                    "Brings everything up, makes the faults while requests flow, writes the report, and takes everything down.")
    int runAll(
            @Option(
                            names = "--phases",
                            defaultValue = Conductor.ALL_PHASES,
                            description =
                                    "Which faults, in their order: a and b, a guest's filesystem; c and d, a host; f, the center in the"
                                            + " middle of c; e, the hosts return; k, the former writer by itself in the middle of e; g, too much"
                                            + " load; h, i and j, the replication; l, three instances on the hosts; m, the leader's host in the"
                                            + " middle of l. After l there is nothing but m. Default ${DEFAULT-VALUE}.")
                    String phases,
            @Option(
                            names = "--report",
                            defaultValue = "lab-report.html",
                            description = "The report; default ${DEFAULT-VALUE}.")
                    Path report) {
        if (!phases.matches("[a-k]+|[a-k]*lm?")) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "phases must be letters a to k, and l or lm at the end: " + phases);
        }
        if (phases.matches(".*[cd][^e]*l.*")) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "l needs all hosts: after c or d, e must come first: " + phases);
        }
        int status = inside("conduct", "--phases", phases);
        keep(site().file("report.html"), report);
        return status;
    }

    @Command(
            description =
                    "Brings everything up, keeps the machine busy, makes a few real faults meanwhile, says what was found and what was"
                            + " taken for a fault, and takes everything down.")
    int soak(
            @Option(
                            names = "--minutes",
                            defaultValue = "20",
                            description = "How long, 1 or more; default ${DEFAULT-VALUE}.")
                    int minutes,
            @Option(
                            names = "--busy",
                            defaultValue = "2",
                            description =
                                    "How many threads for each core keep the machine busy, 0 or more; default ${DEFAULT-VALUE}.")
                    int busy) {
        if (minutes < 1 || busy < 0) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(), "minutes must be 1 or more, busy 0 or more: " + minutes + ", " + busy);
        }
        return inside("conduct-soak", "--minutes", Integer.toString(minutes), "--busy", Integer.toString(busy));
    }

    /** Brings everything up, runs one of the hidden commands inside, and has everything taken down at the end. */
    private int inside(String... command) {
        requireRoot();
        LabSite site = site();
        site.script("libvirt/down.sh", "--purge");
        AtomicBoolean keepsFiles = new AtomicBoolean();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> takeDown(site, keepsFiles.get())));
        bringUp(site);
        int status = conductInside(site, command);
        keepsFiles.set(status == FAILED && !Files.exists(site.file("report.html")));
        return status;
    }

    /** What was recorded of a run that failed stays for whoever looks into it. */
    private static void takeDown(LabSite site, boolean keepsFiles) {
        site.script("libvirt/down.sh", keepsFiles ? "" : "--purge");
        if (keepsFiles) {
            System.err.println("lab: what was recorded is in " + site.folder());
        }
    }

    private static void bringUp(LabSite site) {
        site.script(
                "packages.sh",
                "haproxy:haproxy",
                "/usr/lib/postgresql/15/bin/postgres:postgresql-15",
                "/usr/lib/postgresql/15/bin/psql:postgresql-client-15",
                "dot:graphviz",
                ReportPage.CHARTS + ":libjs-chart.js");
        site.up();
    }

    /** Runs the conductor in the namespace of the lab's management; it is ended with this process. */
    private static int conductInside(LabSite site, String... subcommand) {
        List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", site.namespace() + "-mgmt"));
        command.addAll(JavaCommand.of(site, "error", subcommand));
        try {
            Process conductor = new ProcessBuilder(command).inheritIO().start();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                conductor.destroy();
                try {
                    conductor.waitFor(20, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }));
            return conductor.waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LabException("interrupted");
        }
    }

    private static void keep(Path made, Path report) {
        try {
            if (Files.exists(made)) {
                Files.copy(made, report, StandardCopyOption.REPLACE_EXISTING);
                System.out.println("report: " + report.toAbsolutePath());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Command(hidden = true, description = "Makes the faults; run by run.")
    int conduct(@Option(names = "--phases", required = true) String phases) {
        int steps = phases.length() + 12;
        PrintStream out = System.out;
        try (Progress progress = new Progress(out, steps, isTerminal());
                RunningLab lab = new RunningLab(site(), progress)) {
            Runtime.getRuntime().addShutdownHook(new Thread(lab::close));
            RunSummary summary = new Conductor(lab, phases, JavaCommand.of(site(), "info", "center")).run();
            progress.note(SummaryText.of(summary));
            return summary.violations().isEmpty() ? 0 : FAILED;
        }
    }

    @Command(name = "conduct-soak", hidden = true, description = "Makes the faults of a soak; run by soak.")
    int conductSoak(
            @Option(names = "--minutes", required = true) int minutes,
            @Option(names = "--busy", required = true) int busy) {
        int steps = 15;
        PrintStream out = System.out;
        try (Progress progress = new Progress(out, steps, isTerminal());
                RunningLab lab = new RunningLab(site(), progress)) {
            Runtime.getRuntime().addShutdownHook(new Thread(lab::close));
            int threads = busy * Runtime.getRuntime().availableProcessors();
            SoakSummary summary =
                    new Soak(lab, JavaCommand.of(site(), "info", "center"), Duration.ofMinutes(minutes), threads).run();
            progress.note(summary.text());
            return summary.isGood() ? 0 : FAILED;
        }
    }

    @Command(hidden = true, description = "The management center; run by conduct.")
    int center() throws InterruptedException {
        new CenterProcess(site()).run();
        Thread.currentThread().join();
        return 0;
    }

    @Command(hidden = true, description = "One of several instances, on a host; run by conduct.")
    int instance(@Option(names = "--host", required = true) String host) throws InterruptedException {
        new CenterInstance(site(), HostId.of(host)).run();
        Thread.currentThread().join();
        return 0;
    }

    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void requireRoot() {
        if (!"root".equals(System.getProperty("user.name"))) {
            throw new IllegalArgumentException("needs root: it makes network namespaces and mounts");
        }
    }
}
