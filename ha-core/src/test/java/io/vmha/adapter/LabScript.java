package io.vmha.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Runs scripts of examples/lab, and fails where they fail. */
public final class LabScript {
    private LabScript() {}

    /** Runs a script of the lab, by its name in its folder, and returns what it prints. */
    public static String run(String script, String... arguments) {
        List<String> command =
                new ArrayList<>(List.of("bash", lab().resolve(script).toString()));
        command.addAll(List.of(arguments));
        try {
            // Into a file: a daemon that is started keeps the output open.
            Path output = Files.createTempFile("vmha-script", ".log");
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start();
            process.getOutputStream().close();
            int status = process.waitFor();
            String text = Files.readString(output, UTF_8);
            Files.delete(output);
            if (status != 0) {
                throw new IllegalStateException(command + " ended with " + status + ": " + text);
            }
            return text;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Path lab() {
        Path up = Path.of("").toAbsolutePath();
        while (!Files.exists(up.resolve("examples/lab/packages.sh"))) {
            up = up.getParent();
        }
        return up.resolve("examples/lab");
    }
}
