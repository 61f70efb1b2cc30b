package io.vmha.monitor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Runs a program that switches the machine off, such as {@code systemctl poweroff}. Immutable.
 *
 * <p>When it is made it finds the program, reads it so that the page cache has it, and starts a harmless one, so that the classes
 * that starting needs are loaded. It still may hang on a hung disk, which is why it is never the last step.
 */
final class CommandStep implements PowerOffStep {
    private static final String PATH = "/usr/sbin:/usr/bin:/sbin:/bin";

    private final List<String> command;

    CommandStep(String program, String... arguments) {
        command =
                Stream.concat(Stream.of(warmed(program)), Stream.of(arguments)).toList();
    }

    private static String warmed(String program) {
        for (String folder : PATH.split(":", -1)) {
            Path file = Path.of(folder, program);
            if (Files.isExecutable(file)) {
                read(file);
                startHarmless();
                return file.toString();
            }
        }
        return program;
    }

    private static void read(Path file) {
        try {
            byte[] chunk = new byte[64 * 1024];
            try (var stream = Files.newInputStream(file)) {
                while (stream.read(chunk) >= 0) {}
            }
        } catch (IOException unreadable) {
            return; // Executable is enough.
        }
    }

    private static void startHarmless() {
        try {
            new ProcessBuilder("true").start().waitFor();
        } catch (IOException hasNone) {
            return; // The classes are loaded all the same.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void powerOff() throws IOException, InterruptedException {
        int exit = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        if (exit != 0) {
            throw new IOException(describe() + " ended with " + exit);
        }
    }

    List<String> command() {
        return command;
    }

    @Override
    public String describe() {
        return String.join(" ", command);
    }
}
