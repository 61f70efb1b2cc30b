package io.vmha.quickstart;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.HypervisorAdapter;
import java.io.PrintWriter;
import java.net.URI;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The command line: the reference embodiment in memory, or with {@code --libvirt} or {@code --vsphere} one decision on real machines. */
@Command(
        name = "quickstart",
        mixinStandardHelpOptions = true,
        version = "0.1.0-SNAPSHOT",
        description =
                "Shows failover decisions and carries them out: in memory, on a libvirt host, or on a vCenter server.",
        footer = "Exit status: 0 done, 1 not carried out or the platform does not answer, 2 wrong arguments.")
final class QuickstartCommand implements Callable<Integer> {
    static final int NOT_DONE = 1;
    static final int REFUSED = 2;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--libvirt",
            paramLabel = "URI",
            description =
                    "Take the machines of that libvirt host, such as qemu:///system, instead of the simulated ones.")
    private @Nullable URI libvirt;

    @Mixin
    private VsphereOptions vsphere = new VsphereOptions();

    @Option(
            names = "--vm",
            paramLabel = "NAME",
            description =
                    "With --libvirt or --vsphere: the machine that a fault is reported of. IT IS POWERED OFF if another of its"
                            + " type can take its requests. Without it, the machines are only listed.")
    private @Nullable String vm;

    @Option(
            names = "--type",
            paramLabel = "TYPE",
            description =
                    "With --libvirt: the type of all domains that have no metadata; without it they are left alone.")
    private @Nullable String type;

    static CommandLine commandLine() {
        return new CommandLine(new QuickstartCommand())
                .setParameterExceptionHandler((refused, args) -> fail(refused.getCommandLine(), REFUSED, refused))
                .setExecutionExceptionHandler((thrown, command, parsed) -> {
                    if (thrown instanceof IllegalArgumentException) {
                        return fail(command, REFUSED, thrown);
                    }
                    if (thrown instanceof AdapterException) {
                        return fail(command, NOT_DONE, thrown);
                    }
                    throw thrown;
                });
    }

    private static int fail(CommandLine command, int status, Exception thrown) {
        command.getErr().println("quickstart: " + thrown.getMessage());
        return status;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        Optional<HypervisorAdapter> platform = platform();
        if (platform.isEmpty()) {
            Quickstart.run(out);
            return 0;
        }
        return PlatformDemo.run(platform.get(), Optional.ofNullable(vm), out) ? 0 : NOT_DONE;
    }

    private Optional<HypervisorAdapter> platform() {
        Optional<HypervisorAdapter> server = vsphere.adapter().map(adapter -> adapter);
        require(libvirt == null || server.isEmpty(), "--libvirt and --vsphere exclude each other");
        require(libvirt != null || type == null, "--type needs --libvirt URI");
        require(libvirt != null || server.isPresent() || vm == null, "--vm needs --libvirt URI or --vsphere URL");
        return libvirt == null ? server : Optional.of(PlatformDemo.libvirt(libvirt, Optional.ofNullable(type)));
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalArgumentException(rule);
        }
    }
}
