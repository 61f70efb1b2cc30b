package io.vmha.sim;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Supplier;

/**
 * Where the journals of one simulation are kept: in memory, or in a directory that goes with it. What writes to a directory is
 * another module's, whose tests run the simulations that ask for it again with it; without it they run in memory.
 */
final class Journals implements Supplier<PlanJournal>, AutoCloseable {
    private final Supplier<PlanJournal> opens;
    private final Optional<Path> directory;

    private Journals(Supplier<PlanJournal> opens, Optional<Path> directory) {
        this.opens = opens;
        this.directory = directory;
    }

    static Journals inMemory() {
        PlanJournal memory = new InMemoryPlanJournal();
        return new Journals(() -> memory, Optional.empty());
    }

    static Journals onDisk() {
        return ServiceLoader.load(DiskJournal.class)
                .findFirst()
                .map(Journals::onDisk)
                .orElseGet(Journals::inMemory);
    }

    private static Journals onDisk(DiskJournal disk) {
        try {
            Path directory = Files.createTempDirectory("simulation");
            return new Journals(() -> disk.in(directory), Optional.of(directory));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Opens the journal, which nobody else may hold open. */
    @Override
    public PlanJournal get() {
        return opens.get();
    }

    @Override
    public void close() {
        directory.ifPresent(Journals::delete);
    }

    private static void delete(Path directory) {
        try {
            MoreFiles.deleteRecursively(directory, RecursiveDeleteOption.ALLOW_INSECURE);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
