package io.vmha.scenario;

import io.vmha.adapter.AdapterException;
import io.vmha.vsphere.VsphereAdapter;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * The command: reads scenario files, runs them and prints what came of them.
 *
 * <p>Exit status 0: all ran; 1: the vCenter server did not answer or refused; 2: an argument or a file is refused, and nothing ran; 3: an expectation did not hold.
 */
@Command(
        name = "scenario-runner",
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        description = "Runs failover scenarios in a simulated datacenter, in virtual time, or on real machines.")
public final class ScenarioRunner implements Callable<Integer> {
    static final int OK = 0;
    static final int PLATFORM_FAILED = 1;
    static final int REFUSED = 2;
    static final int EXPECTATION_FAILED = 3;

    enum Format {
        text,
        json
    }

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Parameters(arity = "1..*", paramLabel = "FILE", description = "Scenario files, in YAML or JSON.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "text|json",
            defaultValue = "text",
            description = "What to print: text for people (default), or json.")
    private Format format = Format.text;

    @Mixin
    private VsphereOptions vsphere = new VsphereOptions();

    /** Runs the command and ends the process with its exit status. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new ScenarioRunner())
                .setParameterExceptionHandler((refused, args) -> refuse(refused.getCommandLine(), refused.getMessage()))
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    if (thrown instanceof ScenarioException || thrown instanceof IllegalArgumentException) {
                        return refuse(command, thrown.getMessage());
                    }
                    if (thrown instanceof AdapterException) {
                        refuse(command, thrown.getMessage());
                        return PLATFORM_FAILED;
                    }
                    throw thrown;
                });
    }

    private static int refuse(CommandLine command, @Nullable String message) {
        command.getErr().println("scenario-runner: " + message);
        return REFUSED;
    }

    @Override
    public Integer call() {
        // All files are read before any is run: what is refused must leave no output behind.
        List<Scenario> scenarios = files.stream().map(ScenarioReader::read).toList();
        List<ScenarioResult> results = run(scenarios);
        PrintWriter out = spec.commandLine().getOut();
        out.println(format == Format.json ? JsonFormat.print(results) : TextFormat.print(results));
        out.flush();
        return report(results);
    }

    private List<ScenarioResult> run(List<Scenario> scenarios) {
        Optional<VsphereAdapter> server = vsphere.adapter();
        if (server.isEmpty()) {
            return scenarios.stream().map(ScenarioRun::run).toList();
        }
        try (VsphereAdapter adapter = server.get()) {
            return scenarios.stream()
                    .map(scenario -> PlatformRun.run(scenario, adapter))
                    .toList();
        }
    }

    private int report(List<ScenarioResult> results) {
        int status = OK;
        PrintWriter err = spec.commandLine().getErr();
        for (int i = 0; i < results.size(); i++) {
            for (String failure : results.get(i).failures()) {
                err.println(files.get(i) + ": " + failure);
                status = EXPECTATION_FAILED;
            }
        }
        err.flush();
        return status;
    }
}
