module rot

go 1.24
