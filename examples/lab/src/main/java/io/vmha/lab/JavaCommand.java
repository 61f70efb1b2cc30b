package io.vmha.lab;

import com.google.common.base.Splitter;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The command line of another process of this program. */
final class JavaCommand {
    private JavaCommand() {}

    /**
     * Runs one of the program's hidden commands for a lab.
     *
     * @param logLevel what it logs: error, warn, info
     */
    static List<String> of(LabSite site, String logLevel, String... subcommand) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Hosts share /tmp but not their process numbers, by which a JVM names its counters there.
                "-XX:-UsePerfData",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=" + logLevel,
                "-Dorg.slf4j.simpleLogger.showDateTime=true",
                "-cp",
                classPath(),
                LabCommand.class.getName()));
        command.addAll(List.of(subcommand));
        command.addAll(List.of(
                "--folder",
                site.folder().toString(),
                "--scripts",
                site.scripts().toString(),
                "--namespace",
                site.namespace()));
        return command;
    }

    /** This process's, with whole paths: a host's processes begin in another folder. */
    static String classPath() {
        return Splitter.on(File.pathSeparatorChar).splitToList(System.getProperty("java.class.path")).stream()
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }
}
