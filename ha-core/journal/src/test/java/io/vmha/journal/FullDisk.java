package io.vmha.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import org.h2.store.fs.FileBase;
import org.h2.store.fs.FilePath;
import org.h2.store.fs.FilePathWrapper;

/** A file system of which a test says when it is full or cannot be forced to the disk. */
public final class FullDisk extends FilePathWrapper {
    private static volatile boolean full;
    private static volatile boolean unforceable;

    static void is(boolean isFull) {
        full = isFull;
    }

    static void cannotBeForced(boolean is) {
        unforceable = is;
    }

    static String file(Object path) {
        FilePath.register(new FullDisk());
        return "fulldisk:" + path;
    }

    @Override
    public String getScheme() {
        return "fulldisk";
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        return new Channel(getBase().open(mode));
    }

    private static final class Channel extends FileBase {
        private final FileChannel base;

        private Channel(FileChannel base) {
            this.base = base;
        }

        private static void checkRoom() throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            checkRoom();
            return base.write(bytes);
        }

        @Override
        public synchronized int write(ByteBuffer bytes, long position) throws IOException {
            checkRoom();
            return base.write(bytes, position);
        }

        @Override
        public void force(boolean metaData) throws IOException {
            if (unforceable) {
                throw new IOException("Input/output error");
            }
            base.force(metaData);
        }

        @Override
        public int read(ByteBuffer bytes) throws IOException {
            return base.read(bytes);
        }

        @Override
        public synchronized int read(ByteBuffer bytes, long position) throws IOException {
            return base.read(bytes, position);
        }

        @Override
        public long position() throws IOException {
            return base.position();
        }

        @Override
        public FileChannel position(long position) throws IOException {
            return base.position(position);
        }

        @Override
        public long size() throws IOException {
            return base.size();
        }

        @Override
        public FileChannel truncate(long size) throws IOException {
            return base.truncate(size);
        }

        @Override
        public FileLock tryLock(long position, long size, boolean shared) throws IOException {
            return base.tryLock(position, size, shared);
        }

        @Override
        protected void implCloseChannel() throws IOException {
            base.close();
        }
    }
}
