// A forked process that runs a function, and a pipe for news between processes. LMDB environments
// must not be open across the fork, so a test forks first and opens afterwards.
#pragma once

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>

namespace btgw::test {

class ChildProcess {
public:
    template <class Function>
    explicit ChildProcess(Function run) : pid_(fork())
    {
        if (pid_ < 0) {
            throw std::runtime_error("fork failed");
        }
        if (pid_ == 0) {
            _exit(exit_code_of(run));
        }
    }
    ~ChildProcess() { kill_now(); }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    // As kill -9: nothing of the process's own runs any more.
    void kill_now()
    {
        if (pid_ > 0) {
            kill(pid_, SIGKILL);
            wait();
        }
    }

    // True when the function has returned; false when it threw or the process was killed.
    bool wait()
    {
        int status = -1;
        waitpid(pid_, &status, 0);
        pid_ = -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }

private:
    template <class Function>
    static int exit_code_of(Function& run) noexcept
    {
        try {
            run();
            return 0;
        } catch (const std::exception& error) {
            std::cerr << "child process: " << error.what() << std::endl;
        } catch (...) {
            std::cerr << "child process: unknown exception" << std::endl;
        }
        return 1;
    }

    pid_t pid_;
};

// Fixed-size values from one process to another.
class Pipe {
public:
    Pipe()
    {
        if (pipe2(ends_.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error("pipe failed");
        }
    }
    ~Pipe()
    {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    template <class T>
    void send(const T& value)
    {
        if (write(ends_[1], &value, sizeof value) != sizeof value) {
            throw std::runtime_error("the other process has closed the pipe");
        }
    }

    // Nothing once every writer is gone.
    template <class T>
    std::optional<T> receive()
    {
        T value{};
        return read(ends_[0], &value, sizeof value) == sizeof value ? std::optional(value)
                                                                    : std::nullopt;
    }

    // The parent, before it reads to the end: its own writing end would keep the pipe open.
    void close_writer() { close_end(1); }

private:
    void close_end(std::size_t which)
    {
        if (ends_[which] >= 0) {
            close(ends_[which]);
            ends_[which] = -1;
        }
    }

    std::array<int, 2> ends_{-1, -1};
};

}  // namespace btgw::test
