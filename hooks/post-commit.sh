# include start
