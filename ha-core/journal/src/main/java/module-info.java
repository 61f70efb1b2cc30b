/** The journal that survives a crash of the process and of the host: on a disk, by H2's MVStore. */
module io.vmha.journal {
    requires transitive io.vmha.core;
    requires com.google.common;
    requires com.h2database.mvstore;
    requires static org.jspecify;
    requires static com.google.errorprone.annotations;

    exports io.vmha.journal;
}
