package io.vmha;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user has our run-time dependencies and no others, and may take every warning for an error. */
class UserCompileTest {
    private static final Pattern USERS = Pattern.compile(
            "/main$|/target/classes$|guava|failureaccess|error_prone_annotations|slf4j-api|vavr|jspecify");

    private static final String SOURCE = """
        package user;

        import io.vmha.adapter.HypervisorAdapter;
        import io.vmha.adapter.TrafficDirector;
        import io.vmha.center.ManagementCenter;
        import io.vmha.center.config.CenterConfig;
        import io.vmha.detection.DetectionConfig;
        import io.vmha.fault.*;
        import io.vmha.model.*;
        import io.vmha.policy.*;
        import java.time.Instant;

        final class User {
            private User() {}

            static Inventory inventory() {
                Host host = Host.builder().id(HostId.of("h1")).role(ClusterRole.PRIMARY)
                        .capacity(Resources.of(16_000, 65_536)).build();
                VirtualMachine vm = VirtualMachine.builder().id(VmId.of("mw1")).type(VmType.MIDDLEWARE)
                        .host(host.id()).allocation(Resources.of(2_000, 8_192)).build();
                return Inventory.builder().add(host.withHealth(HostHealth.UP))
                        .add(vm.withLoad(0.5)).build();
            }

            static ManagementCenter center(HypervisorAdapter adapter, TrafficDirector director) {
                FailoverPolicy policy = (inventory, report) ->
                        HaPolicies.withDefaults().failover().decide(inventory, report);
                return ManagementCenter.builder().adapter(adapter).trafficDirector(director)
                        .policies(HaPolicies.builder().failover(policy).build())
                        .config(CenterConfig.builder().build()).inventory(inventory())
                        .detection(DetectionConfig.builder().build(), (vm, host, deadline) ->
                                io.vmha.detection.SecondLook.UNKNOWN)
                        .build();
            }

            static FaultReport report() {
                return FaultReport.builder().subject(new FaultSubject.OfVm(VmId.of("mw1"))).kind(FaultKind.IO_ERROR)
                        .observedAt(Instant.EPOCH).source("monitor:mw1").sequence(1).build();
            }
        }
        """;

    @TempDir
    private Path folder;

    @Test
    void aUserWhoTakesEveryWarningForAnErrorCanCompile() throws IOException {
        Path source = Files.writeString(folder.resolve("User.java"), SOURCE);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
        String classPath = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                .splitAsStream(System.getProperty("java.class.path"))
                .filter(entry -> USERS.matcher(entry).find())
                .collect(Collectors.joining(File.pathSeparator));
        try (StandardJavaFileManager files = compiler.getStandardFileManager(told, null, null)) {
            List<String> options = List.of(
                    "-Xlint:all",
                    "-Werror",
                    "-proc:none",
                    "--release",
                    "17",
                    "-d",
                    folder.toString(),
                    "-cp",
                    classPath);
            Boolean compiled = compiler.getTask(
                            null, files, told, options, null, files.getJavaFileObjects(source.toFile()))
                    .call();
            assertThat(told.getDiagnostics()).extracting(Diagnostic::toString).isEmpty();
            assertThat(compiled).isTrue();
        }
    }
}
