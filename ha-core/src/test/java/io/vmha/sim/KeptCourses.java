package io.vmha.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** The courses that are kept as files: what once went wrong, as it was then. Stateless. */
final class KeptCourses {
    private static final String SUFFIX = ".course";

    private KeptCourses() {}

    /** Their names, sorted. */
    static List<String> names() {
        try (Stream<Path> files = Files.list(folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static SimulatedCourse read(String name) {
        try {
            return CourseFile.read(Files.readString(folder().resolve(name + SUFFIX)));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    static List<SimulatedCourse> all() {
        return names().stream().map(KeptCourses::read).toList();
    }

    private static Path folder() {
        try {
            return Path.of(Objects.requireNonNull(KeptCourses.class.getResource("courses"))
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
